"""Two people at once, on two real connections."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.content.models import ContentItem
from app.core.db import db
from app.core.transactions import transaction
from app.lib import clock
from app.lib.errors import Conflict, PressroomError, TooMany
from app.publishing.models import PublishRecord
from app.reviews import actions
from app.reviews.models import ApprovalRequest, ReviewDecision
from tests.factories import make_account
from tests.integration.reviews import desk


def together(app: Any, *calls: Callable[[], Any]) -> list[Any]:
    """Run the calls at the same moment, each in its own thread; returns results and refusals in order."""
    gate, out = threading.Barrier(len(calls)), [None] * len(calls)

    def run(n: int, call: Callable[[], Any]) -> None:
        with app.app_context():
            gate.wait(10)
            try:
                out[n] = call()
            except PressroomError as refused:
                out[n] = refused

    threads = [threading.Thread(target=run, args=(n, call)) for n, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)
    return out


@pytest.mark.parametrize("round_", range(5))
def test_of_two_reviewers_one_decides_and_the_other_is_told_who(app, round_):
    author, mara, li = desk.person("editor"), desk.person("reviewer", "Mara Voss"), desk.person("reviewer", "Li Wen")
    request = desk.asked(desk.item(author), author)
    out = together(
        app,
        lambda: desk.decide(request, mara),
        lambda: desk.decide(request, li, "reject", note="Not this week."),
    )
    refused = [one for one in out if isinstance(one, Conflict)]
    assert len(refused) == 1
    row, item = desk.fresh(ApprovalRequest, request.id), desk.fresh(ContentItem, request.related_entity_id)
    first = {mara.id: "Mara Voss", li.id: "Li Wen"}[row.settled_by]
    assert first in refused[0].message
    assert (row.status, item.status) in {("approved", "approved"), ("rejected", "rejected")}
    assert transaction(lambda: db.session.scalar(sa.select(sa.func.count()).select_from(ReviewDecision))) == 1


@pytest.mark.parametrize("round_", range(5))
def test_an_approval_and_a_new_version_at_once_never_cover_the_new_text(app, round_):
    author, mara = desk.person("editor"), desk.person("reviewer")
    request = desk.asked(desk.item(author), author)
    together(
        app,
        lambda: desk.decide(request, mara),
        lambda: desk.new_version(request.related_entity_id, author, f"Another text {round_}"),
    )
    item = desk.fresh(ContentItem, request.related_entity_id)
    assert item.status == "draft"
    assert item.current_version_id != request.artifact_id
    assert item.approved_version_id in (None, request.artifact_id)


def test_a_double_click_on_two_connections_is_one_decision(app):
    author, mara = desk.person("editor"), desk.person("reviewer")
    request = desk.asked(desk.item(author), author)
    out = together(app, *[lambda: desk.decide(request, mara)] * 4)
    assert sorted(one.repeated for one in out) == [False, True, True, True]
    assert transaction(lambda: db.session.scalar(sa.select(sa.func.count()).select_from(ReviewDecision))) == 1


def test_twelve_tabs_at_once_make_ten_decisions(app):
    author, mara = desk.person("editor"), desk.person("reviewer")
    requests = [desk.asked(desk.item(author, f"Item {n}", f"Text {n}"), author) for n in range(12)]
    out = together(app, *[lambda r=r: desk.decide(r, mara) for r in requests])
    assert sum(isinstance(one, TooMany) for one in out) == 2
    assert transaction(lambda: db.session.scalar(sa.select(sa.func.count()).select_from(ReviewDecision))) == 10


def test_two_authors_tabs_ask_once(app):
    author = desk.person("editor")
    key = desk.item(author)
    out = together(app, lambda: desk.asked(key, author), lambda: desk.asked(key, author))
    assert out[0].id == out[1].id


def claim() -> int:
    """What a worker does: take what waits."""
    waiting = PublishRecord.status == "pending"
    taken = sa.update(PublishRecord).where(waiting).values(status="publishing", claimed_at=sa.func.now())
    return transaction(lambda: db.session.execute(taken).rowcount)


@pytest.mark.parametrize("round_", range(6))
def test_undo_and_a_worker_at_once_never_send_what_was_taken_back(app, round_):
    author, mara = desk.person("editor"), desk.person("operator")
    account = transaction(make_account, "site")
    at = clock.now() + timedelta(hours=4)
    plan = {"planned_accounts": [str(account.id)], "planned_platforms": ["site"], "scheduled_for": at}
    request = desk.asked(desk.item(author, **plan), author)
    desk.decide(request, mara, schedule=True)

    def undo() -> ApprovalRequest:
        with desk.being(mara):
            return transaction(actions.undo, request.id)

    undone, claimed = together(app, undo, claim)
    item = desk.fresh(ContentItem, request.related_entity_id)
    status = transaction(lambda: db.session.scalars(sa.select(PublishRecord.status)).one())
    if isinstance(undone, Conflict):
        assert (claimed, status, item.status) == (1, "publishing", "scheduled")
    else:
        assert (claimed, status, item.status) == (0, "cancelled", "review")
