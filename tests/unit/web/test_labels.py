from __future__ import annotations

import importlib
import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from app import rooms
from app.core.badges import BADGES, SHARED, Badge, declare_badges
from app.core.flow import FLOWS
from app.web import labels

ROOT = Path(__file__).resolve().parents[3]
SPRITE = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "static" / "icons.svg").read_text()))
TONES = {"idle", "wait", "plan", "run", "ok", "bad"}


USED = {
    # (noun, key): what readers know it by; a change here is a change of what pages show
    ("", "draft"): ("Draft", "idle", "circle-dashed"),
    ("", "review"): ("In review", "wait", "circle-dot"),
    ("", "needs_revision"): ("Changes requested", "wait", "pencil"),
    ("", "approved"): ("Approved", "plan", "user-check"),
    ("", "scheduled"): ("Scheduled", "plan", "clock"),
    ("", "published"): ("Published", "ok", "circle-check"),
    ("", "rejected"): ("Rejected", "bad", "ban"),
    ("", "cancelled"): ("Cancelled", "idle", "circle-minus"),
    ("", "archived"): ("Archived", "idle", "archive"),
    ("", "pending"): ("Scheduled", "plan", "clock"),
    ("", "retrying"): ("Retrying", "wait", "rotate-clockwise"),
    ("", "publishing"): ("Publishing", "run", "loader-2"),
    ("", "confirming"): ("Processing", "run", "loader-2"),
    ("", "unknown"): ("Checking", "run", "help-hexagon"),
    ("", "failed"): ("Failed", "bad", "circle-x"),
    ("", "success"): ("Published", "ok", "circle-check"),
    ("", "due"): ("Waiting", "run", "hourglass"),
    ("", "held"): ("On hold", "wait", "hand-stop"),
    ("", "needs_look"): ("Needs a look", "wait", "help-hexagon"),
    ("", "checking"): ("Checking", "run", "loader-2"),
    ("", "active"): ("Active", "ok", "circle-check"),
    ("", "expired"): ("Expired", "bad", "plug-connected-x"),
    ("", "invalid"): ("Sign-in refused", "bad", "plug-connected-x"),
    ("", "paused"): ("Paused", "idle", "player-pause"),
    ("", "bad_address"): ("Address unusable", "bad", "link-off"),
    ("", "disconnected"): ("Disconnected", "idle", "plug-x"),
    ("", "expiring"): ("Expires soon", "wait", "clock-exclamation"),
    ("", "suspended"): ("Suspended", "idle", "user-x"),
    ("", "locked"): ("Locked out", "wait", "lock"),
    ("", "invited"): ("Invited", "wait", "mail"),
    ("", "partial"): ("Partly published", "wait", "circle-half-2"),
    ("job", "pending"): ("Scheduled", "plan", "clock"),
    ("job", "running"): ("Publishing", "run", "loader-2"),
    ("job", "failed"): ("Failed", "bad", "circle-x"),
    ("job", "partial"): ("Partly published", "wait", "circle-half-2"),
    ("job", "success"): ("Published", "ok", "circle-check"),
    ("job", "cancelled"): ("Cancelled", "idle", "circle-minus"),
    ("job", "retrying"): ("Retrying", "wait", "rotate-clockwise"),
    ("job", "publishing"): ("Publishing", "run", "loader-2"),
    ("job", "confirming"): ("Processing", "run", "loader-2"),
    ("job", "unknown"): ("Checking", "run", "help-hexagon"),
    ("job", "scheduled"): ("Scheduled", "plan", "clock"),
    ("job", "due"): ("Waiting", "run", "hourglass"),
    ("job", "held"): ("On hold", "wait", "hand-stop"),
    ("job", "needs_look"): ("Needs a look", "wait", "help-hexagon"),
    ("account", "checking"): ("Checking", "run", "loader-2"),
    ("account", "active"): ("Active", "ok", "circle-check"),
    ("account", "expired"): ("Expired", "bad", "plug-connected-x"),
    ("account", "invalid"): ("Sign-in refused", "bad", "plug-connected-x"),
    ("account", "paused"): ("Paused", "idle", "player-pause"),
    ("account", "bad_address"): ("Address unusable", "bad", "link-off"),
    ("account", "disconnected"): ("Disconnected", "idle", "plug-x"),
    ("record", "pending"): ("Scheduled", "plan", "clock"),
    ("record", "retrying"): ("Retrying", "wait", "rotate-clockwise"),
    ("record", "publishing"): ("Publishing", "run", "loader-2"),
    ("record", "confirming"): ("Processing", "run", "loader-2"),
    ("record", "unknown"): ("Checking", "run", "help-hexagon"),
    ("record", "failed"): ("Failed", "bad", "circle-x"),
    ("record", "success"): ("Published", "ok", "circle-check"),
    ("record", "cancelled"): ("Cancelled", "idle", "circle-minus"),
    ("record", "scheduled"): ("Scheduled", "plan", "clock"),
    ("record", "due"): ("Waiting", "run", "hourglass"),
    ("record", "held"): ("On hold", "wait", "hand-stop"),
    ("record", "needs_look"): ("Needs a look", "wait", "help-hexagon"),
    ("content", "draft"): ("Draft", "idle", "circle-dashed"),
    ("content", "review"): ("In review", "wait", "circle-dot"),
    ("content", "needs_revision"): ("Changes requested", "wait", "pencil"),
    ("content", "approved"): ("Approved", "plan", "user-check"),
    ("content", "scheduled"): ("Scheduled", "plan", "clock"),
    ("content", "published"): ("Published", "ok", "circle-check"),
    ("content", "rejected"): ("Rejected", "bad", "ban"),
    ("content", "cancelled"): ("Cancelled", "idle", "circle-minus"),
    ("content", "archived"): ("Archived", "idle", "archive"),
    ("campaign", "draft"): ("Draft", "idle", "circle-dashed"),
    ("campaign", "active"): ("Active", "ok", "circle-check"),
    ("campaign", "paused"): ("Paused", "idle", "player-pause"),
    ("campaign", "stopped"): ("Stopped", "idle", "player-stop"),
    ("campaign", "completed"): ("Completed", "ok", "circle-check"),
    ("campaign", "ended"): ("Ended", "idle", "clock-exclamation"),
    ("agent", "active"): ("Active", "ok", "circle-check"),
    ("agent", "suspended"): ("Suspended", "idle", "user-x"),
    ("agent", "retired"): ("Retired", "idle", "circle-off"),
    ("request", "pending"): ("Waiting for review", "wait", "circle-dot"),
    ("request", "in_review"): ("In review", "wait", "circle-dot"),
    ("request", "escalated"): ("Escalated", "wait", "arrow-up"),
    ("request", "approved"): ("Approved", "plan", "user-check"),
    ("request", "rejected"): ("Rejected", "bad", "ban"),
    ("request", "changes_requested"): ("Changes requested", "wait", "pencil"),
    ("request", "expired"): ("Expired", "idle", "clock-exclamation"),
    ("request", "cancelled"): ("Cancelled", "idle", "circle-minus"),
    ("request", "superseded"): ("Superseded", "idle", "replace"),
}


@pytest.fixture(scope="module", autouse=True)
def every_room() -> None:
    """What a room declares is known once its models are imported, as `rooms.init_app` does."""
    for room in rooms.ROOMS:
        if find_spec(f"app.{room}.models"):
            importlib.import_module(f"app.{room}.models")


@pytest.mark.parametrize(("noun", "key"), USED)
def test_every_badge_looks_as_readers_know_it(noun: str, key: str) -> None:
    assert labels.status(key, noun)[:3] == USED[noun, key]


def test_every_state_of_every_flow_has_a_badge_and_every_frozen_pair_is_declared() -> None:
    assert len(FLOWS) >= 7, "the flows are found at all"
    for flow in FLOWS:
        assert set(flow.states) <= BADGES[flow.key].keys()
    assert all(key in BADGES[noun] or key in SHARED for noun, key in USED if noun) and all(
        key in SHARED for noun, key in USED if not noun
    )


def test_a_key_means_one_thing_unless_a_noun_claims_its_own() -> None:
    with pytest.raises(ValueError, match="own=True"):
        declare_badges("example", {"failed": Badge("Lost", "bad", "circle-x")})
    declare_badges("example", {"failed": Badge("Lost", "bad", "circle-x", own=True)})
    try:
        assert labels.status("failed", "example").word == "Lost" and labels.status("failed").word == "Failed"
    finally:
        BADGES.pop("example")


def test_every_label_has_a_colour_of_the_six_and_an_icon_of_the_sprite() -> None:
    for label in labels.tables():
        assert len(label.icon) == 1 or label.icon in SPRITE, label
        if isinstance(label, Badge):
            assert label.tone in TONES, label


def test_every_icon_a_template_names_is_in_the_sprite() -> None:
    named: set[str] = set()
    for path in (ROOT / "templates").rglob("*.html"):
        named |= set(re.findall(r"ui\.icon\('([a-z0-9-]+)'", path.read_text()))
    assert not named - SPRITE


def test_a_noun_has_its_own_word_for_a_shared_key() -> None:
    assert labels.status("pending").word == "Scheduled"
    assert labels.status("pending", "request").word == "Waiting for review"
    assert labels.status("failed", "request") == labels.status("failed")


def test_error_types_of_the_records_all_have_words() -> None:
    from app.publishing.models import ERROR_TYPES

    assert set(ERROR_TYPES) <= set(labels.ERROR_TYPES)


@pytest.mark.parametrize("key", ["brand_new_state", "", None])
def test_an_unknown_key_is_shown_and_not_fatal(key: str | None) -> None:
    assert labels.error_type(key).word
    assert labels.status(key or "").tone == "idle"
    assert labels.platform(key or "some-network").icon == "world"


def test_every_connector_has_a_name_and_a_mark() -> None:
    from app.platforms import registry

    for connector in registry.CONNECTORS:
        found = labels.platform(connector.spec.slug)
        assert (found.word, found.icon) == (connector.spec.name, connector.spec.icon)
