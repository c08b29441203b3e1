"""Whatever is recorded or told has its words: no key of ours, drawn from its letters, stands on a page."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from app.audit import words
from app.core.notices import KINDS
from app.delivery.actions import outcome, settle
from app.factory import Pressroom
from tests.architecture.source import calls, modules

MADE = {
    "f\"publishing.{MOVES[columns['status']]}\"": [f"publishing.{move}" for move in outcome.MOVES.values()],
    "f'publishing.{ACTIONS[status]}'": [f"publishing.{move}" for move in settle.ACTIONS.values()],
    "f'publishing.settled_{answer}'": ["publishing.settled_there", "publishing.settled_send_again", "publishing.settled_give_up"],
    "f'content.derive_{status}'": ["content.derive_scheduled", "content.derive_published", "content.derive_approved"],
    "f'staff.{kind}'": ["staff.factor_off", "staff.factor_reset"],
}  # fmt: skip
"""Actions whose name is put together, as the source says it."""
HANDED_ON = ("action",)
"""A helper's parameter; whoever calls the helper writes the action out."""


def recorded() -> Iterator[tuple[str, str]]:
    """Where, and the action; of a name that is put together each name that it can be."""
    for name, tree in modules():
        if "/actions/" not in name:
            continue
        for call in calls(tree, "record", "audit", "_move", "_moved", "entry", "Entry"):
            for given in call.args:
                text = ast.unparse(given)
                if isinstance(given, ast.Constant) and isinstance(given.value, str) and given.value.count(".") == 1:
                    yield name, given.value
                elif isinstance(given, ast.JoinedStr) and "." in text.partition("{")[0]:
                    assert text in MADE, f"{name}: say in MADE what {text} can be"
                    yield from ((name, made) for made in MADE[text])


def test_every_recorded_action_has_its_words(app: Pressroom) -> None:
    found = list(recorded())
    assert len({action for _, action in found}) > 80, "the actions are found at all"
    assert [(where, action) for where, action in found if not words.is_described(action)] == []


def test_every_kind_of_notice_has_its_word_and_an_icon_of_the_sprite(app: Pressroom) -> None:
    sprite = (Path(__file__).resolve().parents[2] / "static" / "icons.svg").read_text()
    assert len(KINDS) >= 7 and all(kind.word and f'<symbol id="{kind.icon}"' in sprite for kind in KINDS.values())
