"""What a campaign lets out is said in Python (words, pages, scheduling) and in SQL (dispatch, lists): both say the same."""

from __future__ import annotations

import itertools
import random
from datetime import timedelta

import sqlalchemy as sa

from app.campaigns import queries
from app.campaigns.models import CAMPAIGN, Campaign
from app.core.db import app_now, db
from app.core.transactions import transaction
from app.publishing.campaign_frame import BARRED, objection, waiting_reason
from app.publishing.queries.campaign import frame
from tests.factories import make_campaign

MOMENTS = (
    None,
    timedelta(seconds=-90000),
    timedelta(seconds=-1),
    timedelta(0),
    timedelta(seconds=1),
    timedelta(seconds=90000),
)
TARGETS = ([], ["site"], ["mastodon", "site"], ["mastodon"])
ASK = f"""
SELECT {BARRED.replace("app_now()", "CAST(:now AS timestamptz)")} FROM campaigns g, (SELECT CAST(:meta AS jsonb) AS metadata) k, (SELECT CAST(:slug AS text) AS platform) r
WHERE g.id = :id
"""


def cases():
    """All states with all orders of start, now and end, drawn in part."""
    every = list(
        itertools.product(
            (*CAMPAIGN.states, "removed"), MOMENTS, MOMENTS, TARGETS, ("site", "bluesky"), (None, "[]", '["bluesky"]')
        )
    )
    ordered = [c for c in every if c[1] is None or c[2] is None or c[2] > c[1]]
    return random.Random(7).sample(ordered, 400)


def test_dispatch_and_the_words_agree_on_every_campaign_at_every_moment(app):
    """(J11) Also at the very start and the very end: "now" is one moment for both."""

    def trial():
        now = db.session.execute(sa.select(app_now())).scalar_one()
        row = make_campaign()
        for status, start, end, targets, slug, passed in cases():
            row.status = "active" if status == "removed" else status
            row.deleted_at = now if status == "removed" else None
            row.start_time, row.end_time = (None if at is None else now + at for at in (start, end))
            row.target_platforms = targets
            db.session.flush()
            meta = None if passed is None else f'{{"off_target": {passed}}}'
            barred = db.session.scalar(sa.text(ASK), {"meta": meta, "slug": slug, "id": row.id, "now": now})
            found = frame(row.id)
            let_pass = ["bluesky"] if passed == '["bluesky"]' else []
            says = waiting_reason(found, slug, let_pass, now)
            case = (status, start, end, targets, slug, passed)
            assert bool(barred) == bool(says), case
            assert found == queries.frame_of(row), case
            strangers = [p for p in found.strangers([slug]) if p not in let_pass]
            scheduled = not objection(found, None, now, "UTC") and not strangers
            assert scheduled == (not barred) or status == "paused", (
                case
            )  # a paused one may be planned for: it waits, held
            if end is None or abs(end) > timedelta(hours=1):  # the clock of the database moves meanwhile
                ended = db.session.scalar(sa.select(Campaign.has_display_status("ended")).where(Campaign.id == row.id))
                assert ended == (row.display_status == "ended"), case

    transaction(trial)
