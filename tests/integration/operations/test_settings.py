"""The settings page: every declared setting, checked, recorded; two admins do not overrule each other unknowingly."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sqlalchemy as sa

from app.audit.models import AuditEntry
from app.core import settings
from app.core.db import db


@pytest.fixture
def admin(as_user: Any) -> Any:
    return as_user("admin")


def form(admin: Any, **changes: str) -> dict[str, str]:
    """What the browser would send: every field as the page shows it, and what it was."""
    from app.core.settings import as_text

    shown = {name: as_text(settings.get(name)) for name, one in settings.SETTINGS.items() if not one.is_hidden}
    return {
        **shown,
        **{f"was-{name}": value for name, value in shown.items()},
        **{name.replace("__", "."): value for name, value in changes.items()},
    }


def test_every_declared_setting_is_on_the_page(admin: Any) -> None:
    page = admin.get("/settings").get_data(as_text=True)
    for name, one in settings.SETTINGS.items():
        if not one.is_hidden:
            assert f'name="{name}"' in page and one.help.split(".")[0].replace("'", "&#39;") in page, name


def test_the_page_shows_groups_in_their_order_and_every_label(admin: Any) -> None:
    page = admin.get("/settings").get_data(as_text=True)
    titles = ["Reviews", "Publishing", "Accounts on platforms", "Staff and sign-in", "Our own site", "Audit"]
    assert re.findall(r'<h2 class="card-title" id="group-\w+">([^<]+)</h2>', page) == titles
    labels = ["Quorum", "A post is late after (hours)", "An open breaker rests for (minutes)", "Second factor", "Title"]
    assert all(f">{label}</label>" in page for label in labels)


def test_a_setting_that_a_room_declares_is_on_the_page_in_its_group(admin: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(settings, "SETTINGS", settings.SETTINGS | {})
    for module in ("app.operations.forms", "app.operations.actions.settings"):
        monkeypatch.setattr(f"{module}.SETTINGS", settings.SETTINGS)
    monkeypatch.setattr(settings, "GROUPS", settings.GROUPS | {})
    settings.declare_group("example", "Example room", 80)
    settings.declare("example.wait_minutes", 5, int, "How long it waits.", unit="minutes")
    page = admin.get("/settings").get_data(as_text=True)
    assert page.index(">Audit</h2>") < page.index(">Example room</h2>") < page.index(">Wait (minutes)</label>")


def test_a_change_is_kept_recorded_and_shown(admin: Any) -> None:
    answer = admin.post("/settings", data=form(admin, accounts__breaker_after="7"))
    assert answer.status_code == 303
    settings.forget()
    assert settings.get("accounts.breaker_after") == 7
    entries = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "operations.set")).all()
    assert [(e.entity_id, e.changes["value"]) for e in entries] == [("accounts.breaker_after", [5, 7])]
    assert "changed it" in admin.get("/settings").get_data(as_text=True)


def test_a_bad_value_keeps_what_was_typed_and_changes_nothing(admin: Any) -> None:
    answer = admin.post("/settings", data=form(admin, accounts__breaker_after="ten", accounts__breaker_minutes="9"))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "Enter a whole number, like 5." in page and 'value="ten"' in page
    settings.forget()
    assert settings.get("accounts.breaker_minutes") == 5


def test_a_change_made_meanwhile_is_said_and_can_be_overruled(admin: Any, commit: Any) -> None:
    stale = form(admin, accounts__breaker_after="7")
    commit(settings.put, "accounts.breaker_after", 9)
    answer = admin.post("/settings", data=stale)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "Somebody changed this to 9 meanwhile" in page
    assert 'name="was-accounts.breaker_after" type="hidden" value="9"' in page
    assert admin.post("/settings", data=stale | {"was-accounts.breaker_after": "9"}).status_code == 303
    settings.forget()
    assert settings.get("accounts.breaker_after") == 7


def test_unknown_names_are_ignored(admin: Any) -> None:
    assert admin.post("/settings", data=form(admin) | {"secret.key": "x"}).status_code == 303
