"""No sentence of a library reaches a person: what WTForms says by itself, the desk says in its own words."""

from __future__ import annotations

import ast
from pathlib import Path

import wtforms

from app.web.forms import TRANSLATIONS, Form, _Translations

# validators that no form of the desk uses, mistakes of who writes a form, and tokens, which app.web.errors answers
UNUSED = ("CSRF ", "Invalid ", "This field cannot be edited", "This field is disabled", "Choices cannot be None")


def sentences():
    for path in Path(wtforms.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("gettext", "ngettext"):
                yield from (
                    one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)
                )


def test_the_desk_has_its_own_words_for_every_sentence_that_wtforms_may_say():
    """(S15) A new version of the library with a new sentence fails here."""
    own = [one for one in sentences() if not one.startswith(UNUSED) or "hoice" in one or one == "Invalid input."]
    assert len(own) > 20 and [one for one in own if one not in TRANSLATIONS and not one.startswith(UNUSED)] == []


def test_singular_and_plural_are_both_ours_and_keep_their_numbers():
    words = _Translations()
    one, many = "Field cannot be longer than %(max)d character.", "Field cannot be longer than %(max)d characters."
    assert words.ngettext(one, many, 1) % {"max": 1} == "At most 1 character fits. Shorten it."
    assert words.ngettext(one, many, 5) % {"max": 5} == "At most 5 characters fit. Shorten it."
    assert Form.Meta.get_translations(None, None).gettext("This field is required.") == "Fill this in."
