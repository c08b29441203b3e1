"""What who acts may do with a request."""

from __future__ import annotations

from datetime import datetime

from app.content.models import ContentItem
from app.core import actor, settings
from app.reviews import rules
from app.reviews.models import ApprovalRequest


def rights(request: ApprovalRequest, item: ContentItem, now: datetime) -> rules.Rights:
    """The answer of `rules.rights` for the person who acts, under the setting of now: verbs and pages ask this one."""
    self_approval = settings.get("reviews.self_approval")
    return rules.rights(request, item, actor.current(), now, self_approval=self_approval)
