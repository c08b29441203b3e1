"""What is wrong with an answer, whatever was asked. Pure but for what it is handed.

In: the call, its answer, what the desk logged meanwhile. Out: causes, each a short text that is the same for the same fault.
"""

from __future__ import annotations

import html
import logging
import re
import traceback
from typing import Any

from tests.fuzz.calls import Call
from tests.fuzz.desk import CANARY

TRACE = re.compile(
    r"Traceback \(most recent|psycopg|sqlalchemy\.|werkzeug\.|jinja2\.|site-packages|line \d+, in ", re.IGNORECASE
)
RAW = re.compile(
    r"Not a valid (choice|integer|float|decimal|date)|Invalid Choice|could not coerce|This field is required|CSRF token|CSRF session|"
    r"The browser \(or proxy\)|Field (must be|cannot be)|Number must be|Invalid input\.|Internal Server Error|not a valid choice for this field"
)
"""What libraries say by themselves; the desk says it in its own words."""
FIELD = re.compile(
    r"""<(?:input(?![^>]*type="(?:hidden|checkbox|radio|file|password)")|textarea)[^>]*\bname="([^"]+)\""""
)
NOT_GIVEN_BACK = ("csrf_token", "q", "password", "new", "repeat", "current", "typed", "next", "pictures")


class Heard(logging.Handler):
    """Faults that the desk logged, by where they came from."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.causes: list[str] = []
        self.unkept = ""

    def emit(self, record: logging.LogRecord) -> None:
        if record.name == "app.web.unstorable":
            self.unkept = re.sub(r".*: |, trace .*", "", record.getMessage())
        elif record.levelno < logging.ERROR:
            return
        elif record.exc_info and record.exc_info[1] is not None:
            self.causes.append(cause_of(record.exc_info[1]))
        elif record.name.startswith("app.web"):
            self.causes.append(re.sub(r", trace .*", "", record.getMessage()))


def cause_of(error: BaseException) -> str:
    """Kind of the error and the innermost line of the desk."""
    frames = [
        one
        for one in traceback.extract_tb(error.__traceback__)
        if "/app/" in one.filename or "/templates/" in one.filename
    ]
    at = frames[-1] if frames else traceback.extract_tb(error.__traceback__)[-1]
    place = re.sub(r".*/(app|templates)/", r"\1/", at.filename)
    origin = getattr(error, "orig", None) or error
    said = (str(origin).splitlines() or [""])[0][:90]
    if type(origin).__name__ != "UndefinedError":  # what was typed is no part of a cause
        said = re.sub(r"'.*|\".*|\d+", "…", said)
    return f"{type(origin).__name__} at {place}:{at.lineno} {at.name}: {said}"


def wrong(call: Call, answer: Any, heard: list[str], redirects_ok: bool = True) -> list[str]:
    """Everything that is wrong with this answer."""
    status, text = answer.status_code, answer.get_data().decode("utf-8", "replace")
    found = [f"5xx {status}: {heard[-1] if heard else 'nothing logged'}"] if status >= 500 else []
    if CANARY in text or CANARY in str(answer.headers):
        found.append(f"a secret of the desk in {answer.status_code} of {call.path.split('/')[1]}")
    if answer.mimetype == "text/html" or status >= 400:
        for name, pattern in (("words of a trace", TRACE), ("words of a library", RAW)):
            if (said := pattern.search(_unmarked(text))) and said[0] not in str(call):
                found.append(f"{name} “{said[0]}” in {status} {_place(call)}")
    if status >= 400 and call.method not in ("HEAD",) and not _says_something(answer, text):
        found.append(f"no message in {status} of {call.method} {_place(call)}")
    if status == 422 and call.body in ("form", "multipart") and not call.headers:
        found += [f"typed text lost in {_place(call)}: {name}" for name in _lost(call, text)]
    return found


def _place(call: Call) -> str:
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27,}|[0-9a-f]{64}", "…", call.path)[:80]


def _unmarked(text: str) -> str:
    return html.unescape(re.sub(r"<[^>]{0,400}>", " ", text))


def _says_something(answer: Any, text: str) -> bool:
    if answer.headers.get("HX-Trigger") or answer.headers.get("HX-Redirect") or answer.status_code in (405, 416):
        return True
    return len(_unmarked(text).split()) >= 3


def _lost(call: Call, text: str) -> list[str]:
    """Fields of the refused form that the page shows again without what was typed into them."""
    again, said = set(FIELD.findall(text)), html.unescape(text)
    typed = dict(call.fields)
    plain = {
        name: value
        for name, value in typed.items()
        if re.fullmatch(r"[A-Za-z][\w .,]{7,60}", value.strip()) and value.isascii()
    }
    skipped = {name for name, _ in call.fields if sum(one == name for one, _ in call.fields) > 1}
    return [
        name
        for name, value in plain.items()
        if name in again
        and name not in NOT_GIVEN_BACK
        and name not in skipped
        and not name.startswith(("secret_", "no_pictures-"))
        and value.strip() not in said
    ]
