"""The request as every view gets it: fields and files are counted while a body is read (limits.py says how many), a body that cannot be
read is no empty form, and names of files can be stored."""

from __future__ import annotations

from typing import IO, Any

from htmx_flask.requests import HtmxAwareRequest
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

from app.lib.storable import storable

MAX_URLENCODED = 3 * 1024 * 1024
"""Bytes of a form in percent signs: each takes 80 bytes of memory while it is taken apart. 300,000 Chinese characters fit."""


class BoundedParser(FormDataParser):
    """Counts the fields of a form before they are taken apart; werkzeug counts the parts of a multipart form alone."""

    def _parse_urlencoded(self, stream: IO[bytes], mimetype: str, length: int | None, options: dict[str, str]) -> Any:
        data = stream.read()
        if len(data) > min(self.max_form_memory_size or MAX_URLENCODED, MAX_URLENCODED):
            raise RequestEntityTooLarge
        if self.max_form_parts is not None and data.count(b"&") >= self.max_form_parts:
            raise RequestEntityTooLarge
        stream = _BytesStream(data)  # type: ignore[assignment]  # werkzeug only reads it
        return super()._parse_urlencoded(stream, mimetype, length, options)


class _BytesStream:
    """Bytes as a stream that is read once."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def read(self, *_size: int) -> bytes:
        data, self.data = self.data, b""
        return data


class Request(HtmxAwareRequest):  # type: ignore[misc]
    """Werkzeug by itself takes a damaged body for an empty one: what was typed would be gone without a word."""

    form_data_parser_class = BoundedParser
    max_files = 0
    """How many files the view takes, less those that were opened."""

    def make_form_data_parser(self) -> Any:
        parser = super().make_form_data_parser()
        parser.silent = False
        return parser

    def _load_form_data(self) -> None:
        if "form" in self.__dict__:
            return
        try:
            super()._load_form_data()
        except ValueError:
            raise BadRequest("The body of this request is damaged or cut.") from None
        for sent in (file for _, files in self.files.lists() for file in files):
            sent.filename = storable(sent.filename)

    def _get_file_stream(self, *args: Any, **kwargs: Any) -> Any:
        self.max_files -= 1
        if self.max_files < 0:
            raise RequestEntityTooLarge
        return super()._get_file_stream(*args, **kwargs)
