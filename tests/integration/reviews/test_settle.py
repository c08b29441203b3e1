"""What an approval does by itself where the desk schedules on approval."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.content.models import ContentItem
from app.core import settings
from app.core.db import db
from app.core.transactions import transaction
from app.lib import clock
from app.lib.errors import NotFound
from app.publishing.models import PublishJob
from app.reviews.models import ApprovalRequest
from tests.factories import make_account, make_campaign
from tests.integration.reviews import desk

pytestmark = pytest.mark.usefixtures("app")


def planned(campaign_status):
    """A request for an item with a plan in a campaign of that status."""
    author, account = desk.person("editor"), transaction(make_account, "site", "Our site")
    campaign = transaction(make_campaign, status=campaign_status)
    plan = {"planned_accounts": [str(account.id)], "planned_platforms": ["site"], "campaign_id": campaign.id}
    return desk.asked(desk.item(author, scheduled_for=clock.now() + timedelta(hours=4), **plan), author)


def jobs():
    return transaction(lambda: db.session.scalar(sa.select(sa.func.count()).select_from(PublishJob)))


@pytest.mark.parametrize(("status", "made"), [("draft", 0), ("active", 1)])
def test_a_post_of_a_campaign_that_does_not_run_yet_is_approved_and_not_scheduled(status, made):
    """The approval is not refused for it: it is scheduled once the campaign runs."""
    transaction(settings.put, "reviews.schedule_on_approval", True)
    request = planned(status)
    assert desk.decide(request, desk.person()).settled == "approved"
    assert jobs() == made


def test_what_was_removed_meanwhile_is_not_decided():
    author = desk.person("editor")
    key = desk.item(author)
    request = desk.asked(key, author)
    transaction(lambda: setattr(db.session.get_one(ContentItem, key), "deleted_at", clock.now()))
    with pytest.raises(NotFound, match="was removed"):
        desk.decide(request, desk.person())
    assert desk.fresh(ApprovalRequest, request.id).status == "pending"
