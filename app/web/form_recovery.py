"""A form that arrives too late (the session ended, the token went lost) gives its texts back instead of dropping them.

A view says which of its fields hold words that people wrote: `@recovers_form({"title": "Title", "variant-*": "Text for {}"})`. Only those
are listed, so no other field of a form, least of all a secret, can ever be repeated. Nothing is acted upon.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Any, TypeVar

from flask import Response, current_app, g, make_response, render_template
from flask_login import current_user
from htmx_flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from app.lib.secrets import is_secret_parameter
from app.web import body_limits

View = TypeVar("View", bound=Callable[..., Any])


def recovers_form(labels: Mapping[str, str]) -> Callable[[View], View]:
    """Mark a view: name of a field (or a pattern with one *) → its label; {} in the label becomes what * stood for."""

    def mark(view: View) -> View:
        view.keeps_form = dict(labels)  # type: ignore[attr-defined]
        return view

    return mark


def recovered_texts() -> list[tuple[str, str]]:
    """(label, text) of what was typed into the form of this request; empty when its view marks no fields, or another site sent it."""
    view = current_app.view_functions.get(request.endpoint or "")
    labels: Mapping[str, str] = getattr(view, "keeps_form", {})
    own = request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")
    if request.method != "POST" or request.htmx or not labels or not own:
        return []
    return [
        (label, value)
        for name, value in _form().items()
        if value.strip() and not is_secret_parameter(name) and (label := _label(name, labels))
    ]


def _form() -> Mapping[str, str]:
    """The form, or nothing where it is more than the desk reads of this sender."""
    if not current_user.is_authenticated and not body_limits.set_visitor_limits():
        return {}
    try:
        form: Mapping[str, str] = request.form
        return form
    except RequestEntityTooLarge:
        return {}


def _label(name: str, labels: Mapping[str, str]) -> str | None:
    for pattern, label in labels.items():
        if fnmatchcase(name, pattern):
            before, _, after = pattern.partition("*")
            return label.format(name.removeprefix(before).removesuffix(after))
    return None


def recovery_page(status: int, found: list[tuple[str, str]], onward: str, signed_in: bool) -> Response:
    """The texts, to be copied, and the way on: the sign-in page, or the form afresh."""
    context = {
        "status": status,
        "found": found,
        "onward": onward,
        "signed_in": signed_in,
        "trace_id": g.get("trace_id", ""),
    }
    return make_response(render_template("errors/recovered.html", **context), status)
