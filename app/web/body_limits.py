"""How much a request may carry, asked before any of it is read: sign-in, then size, then parsing.

A view says what it takes beyond a common form: `@takes(form=…, files=…, upload=…)`. What is larger is refused with 413 by its announced
length, or where a body without a length passes it. Fields are counted before they are taken apart.

In: the view of a request. Out: limits on the request. Errors: RequestEntityTooLarge, which becomes a page.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, request
from werkzeug.exceptions import RequestEntityTooLarge

MAX_FORM = 512 * 1024
"""Bytes of a common form: 200 ticked rows and some notes are 20 kB."""
MAX_VISITOR = 1024 * 1024
"""Bytes of a form that somebody sent who is not signed in (any more): their text is given back (form_recovery.py)."""
MAX_FIELDS = 500
View = TypeVar("View", bound=Callable[..., Any])


def takes(form: int = MAX_FORM, files: int = 0, upload: int = 0) -> Callable[[View], View]:
    """Mark a view: bytes of its texts, how many files it takes and how many bytes these have together."""

    def mark(view: View) -> View:
        view.takes = (form, upload, files)  # type: ignore[attr-defined]
        return view

    return mark


def set_limits() -> None:
    """Before each request, before anything reads its body; a length announced beyond the limits is refused at once."""
    view = current_app.view_functions.get(request.endpoint or "")
    form, upload, files = getattr(view, "takes", (MAX_FORM, 0, 0))
    _limit(form, upload, files)
    if (request.content_length or 0) > form + upload:
        raise RequestEntityTooLarge


def set_visitor_limits() -> bool:
    """For a body of somebody who is not signed in: whether it may be read at all."""
    _limit(MAX_VISITOR, 0, 0)
    return 0 < (request.content_length or 0) <= MAX_VISITOR


def _limit(form: int, upload: int, files: int) -> None:
    request.max_content_length = form + upload
    request.max_form_memory_size = form
    request.max_files = files + 1  # type: ignore[attr-defined]  # a file field left empty is sent as a file, too


def init_app(app: Flask) -> None:
    app.config.update(MAX_CONTENT_LENGTH=MAX_FORM, MAX_FORM_MEMORY_SIZE=MAX_FORM, MAX_FORM_PARTS=MAX_FIELDS)
    app.before_request(set_limits)
