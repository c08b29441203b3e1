"""A secret may itself hold what looks like an escape; it is found all the same where the text around it is escaped otherwise."""

from __future__ import annotations

import html
import json
from urllib.parse import quote

import pytest

from app.lib import redact

SECRETS = ["Zq0000é%009", "Zq00é%41bcd9", "Zq00é\\n11119", "Zq00&amp;é119", "Zq\\u00e9%00é9", "Zq&lt;é%20\\t9"]
WRITTEN = {
    "plain": lambda text: text,
    "json": json.dumps,
    "json twice": lambda text: json.dumps(json.dumps(text)),
    "percent": lambda text: quote(text, safe=""),
    "entities": html.escape,
}


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("written", WRITTEN)
def test_it_is_found_however_the_text_is_escaped(secret: str, written: str) -> None:
    shown = redact.text(WRITTEN[written](f"before {secret} after"), [secret])
    assert redact.MARK in shown and "before" in shown and "after" in shown


@pytest.mark.parametrize("secret", SECRETS)
def test_a_body_in_json_keeps_none_of_it(secret: str) -> None:
    shown = redact.body(json.dumps({"text": f"x {secret}", secret: 1}).encode(), "application/json", [secret])
    assert shown == f'{{"text": "x {redact.MARK}", "{redact.MARK}": 1}}'
