"""How much a request may carry, asked before any of it is read: sign-in, then size, then parsing.

A view says what it takes beyond a common form: `@takes(form=…, files=…, upload=…)`. What is larger is refused with 413 by its announced
length, or where a body without a length passes it. Fields are counted before they are taken apart.

In: the view of a request. Out: limits on the request. Errors: RequestEntityTooLarge, which becomes a page.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import IO, Any, TypeVar

from flask import Flask, Request, current_app, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

MAX_FORM = 512 * 1024
"""Bytes of a common form: 200 ticked rows and some notes are 20 kB."""
MAX_VISITOR = 1024 * 1024
"""Bytes of a form that somebody sent who is not signed in (any more): their text is given back (kept.py)."""
MAX_URLENCODED = 3 * 1024 * 1024
"""Bytes of a form in percent signs: each takes 80 bytes of memory while it is taken apart. 300,000 Chinese characters fit."""
MAX_FIELDS = 500
View = TypeVar("View", bound=Callable[..., Any])


def takes(form: int = MAX_FORM, files: int = 0, upload: int = 0) -> Callable[[View], View]:
    """Mark a view: bytes of its texts, how many files it takes and how many bytes these have together."""

    def mark(view: View) -> View:
        view.takes = (form, upload, files)  # type: ignore[attr-defined]
        return view

    return mark


class BoundedParser(FormDataParser):
    """Counts the fields of a form before they are taken apart; werkzeug counts the parts of a multipart form alone."""

    def _parse_urlencoded(self, stream: IO[bytes], mimetype: str, length: int | None, options: dict[str, str]) -> Any:
        data = stream.read()
        if len(data) > min(self.max_form_memory_size or MAX_URLENCODED, MAX_URLENCODED):
            raise RequestEntityTooLarge
        if self.max_form_parts is not None and data.count(b"&") >= self.max_form_parts:
            raise RequestEntityTooLarge
        return super()._parse_urlencoded(_Read(data), mimetype, length, options)


class _Read:
    """Bytes as a stream that is read once."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def read(self, *_size: int) -> bytes:
        data, self.data = self.data, b""
        return data


class BoundedRequest(Request):
    """A request that opens no more files than its view takes."""

    form_data_parser_class = BoundedParser
    max_files = 0

    def _get_file_stream(self, *args: Any, **kwargs: Any) -> IO[bytes]:
        self.max_files -= 1
        if self.max_files < 0:
            raise RequestEntityTooLarge
        return super()._get_file_stream(*args, **kwargs)


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
    app.request_class = BoundedRequest
    app.config.update(MAX_CONTENT_LENGTH=MAX_FORM, MAX_FORM_MEMORY_SIZE=MAX_FORM, MAX_FORM_PARTS=MAX_FIELDS)
    app.before_request(set_limits)
