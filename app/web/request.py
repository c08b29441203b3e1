"""The request as every view gets it: texts and file names that came in a body can be stored (no NUL, no lone surrogates)."""

from __future__ import annotations

from htmx_flask.requests import HtmxAwareRequest
from werkzeug.datastructures import ImmutableMultiDict

from app.ground.storable import storable


class Request(HtmxAwareRequest):  # type: ignore[misc]
    """A body is made storable once, when it is read for the first time."""

    def _load_form_data(self) -> None:
        if "form" in self.__dict__:
            return
        super()._load_form_data()
        pairs = [(storable(name), storable(value)) for name, value in self.form.items(multi=True)]
        self.__dict__["form"] = ImmutableMultiDict(pairs)
        for sent in (one for _, found in self.files.lists() for one in found):
            sent.filename = storable(sent.filename)
