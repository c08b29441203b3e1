from __future__ import annotations

import importlib
import pkgutil
import re
import sys
from pathlib import Path

import pytest

import app
from app.core.flow import Flow
from app.web import labels

ROOT = Path(__file__).resolve().parents[3]
SPRITE = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "static" / "icons.svg").read_text()))
TONES = {"idle", "wait", "plan", "run", "ok", "bad"}


def flows() -> list[Flow]:
    """Every flow that a room declares: those of the app's modules, not those that tests make."""
    for module in pkgutil.walk_packages(app.__path__, "app."):
        if ".models" in module.name:
            importlib.import_module(module.name)
    ours = [module for name, module in list(sys.modules.items()) if name.startswith("app.")]
    return [flow for module in ours for flow in vars(module).values() if isinstance(flow, Flow)]


def test_every_state_of_every_flow_has_a_badge() -> None:
    found = {flow.noun: flow for flow in flows()}
    assert len(found) >= 7, "the flows are found at all"
    bare = {
        (noun, state)
        for noun, flow in found.items()
        for state in flow.states
        if labels.status(state).tone not in TONES or state not in labels.STATUS
    }
    assert not bare


def test_every_label_has_a_colour_of_the_six_and_an_icon_of_the_sprite() -> None:
    for label in labels.tables():
        assert len(label.icon) == 1 or label.icon in SPRITE, label
        if isinstance(label, labels.Label):
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
    from app.publishing.models import ERROR_TYPES, REASONS

    assert set(ERROR_TYPES) <= set(labels.ERROR_TYPES)
    assert set(REASONS) <= set(labels.HOLD_REASONS)


@pytest.mark.parametrize("key", ["brand_new_state", "", None])
def test_an_unknown_key_is_shown_and_not_fatal(key: str | None) -> None:
    assert labels.error_type(key).word
    assert labels.status(key or "").tone == "idle"
    assert labels.platform(key or "some-network").icon == "world"


def test_every_connector_has_a_name_and_a_mark() -> None:
    from app.platforms import registry

    for connector in registry.CONNECTORS:
        assert connector.spec.slug in labels.PLATFORMS
