"""The request as every view gets it: a body that cannot be read is no empty form, and names of files can be stored."""

from __future__ import annotations

from typing import Any

from htmx_flask.requests import HtmxAwareRequest
from werkzeug.exceptions import BadRequest

from app.ground.storable import storable


class Request(HtmxAwareRequest):  # type: ignore[misc]
    """Werkzeug by itself takes a damaged body for an empty one: what was typed would be gone without a word."""

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
        for sent in (one for _, found in self.files.lists() for one in found):
            sent.filename = storable(sent.filename)
