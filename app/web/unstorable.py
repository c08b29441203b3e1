"""What a column cannot hold is refused in this one place (S15): numbers and moments out of range, ids that are none or are gone.

In: what SQLAlchemy, psycopg or Python raised. Out: a message for the person, None where the fault is ours. Errors: none.
Forms drop NUL from texts that people write (forms.py), names of files lose it where they come in (request.py).
"""

from __future__ import annotations

import logging

import sqlalchemy.exc
from flask import g

log = logging.getLogger(__name__)
ERRORS = (sqlalchemy.exc.StatementError, sqlalchemy.exc.DataError, sqlalchemy.exc.IntegrityError, UnicodeEncodeError)
TEXT = "There are characters in it that cannot be stored. Remove what looks odd, then send it again."
RANGE = "A number or a date in it is larger or smaller than the desk can keep. Change it, then send it again."
LONG = "Something in it is longer than the desk can keep. Shorten it, then send it again."
GONE = (
    "It names something that is not there, or not there any more. Reload the page, choose again, and send it once more."
)
TWICE = (
    "The same was saved a moment before, perhaps by a second click. Nothing was saved twice: reload the page to see it."
)

# https://www.postgresql.org/docs/current/errcodes-appendix.html; other codes are faults of ours and stay so
MESSAGES = {
    "22001": LONG, "22003": RANGE, "22007": RANGE, "22008": RANGE, "22009": RANGE, "22021": TEXT, "22P02": GONE, "22P05": TEXT, "23503": GONE,
    "23505": TWICE,
}  # fmt: skip


def message(error: BaseException) -> str | None:
    """Why it could not be kept, for the person who sent it; the log names the kind, never the value."""
    if (found := _message(error)) is not None:
        kind = type(getattr(error, "orig", None) or error).__name__
        log.warning("could not be kept: %s, trace %s", kind, g.get("trace_id", ""))
    return found


def _message(error: BaseException) -> str | None:
    if isinstance(error, UnicodeEncodeError):
        return TEXT if "surrogate" in error.reason else None
    origin = getattr(error, "orig", None)
    if type(error) is sqlalchemy.exc.StatementError:  # no value of the column's type, mostly an id that is none
        return GONE if isinstance(origin, ValueError | AttributeError) else None
    code = getattr(origin, "sqlstate", None)
    if code is None and isinstance(error, sqlalchemy.exc.DataError):
        return TEXT if "NUL" in str(origin) else RANGE  # psycopg refuses it before the server can
    return MESSAGES.get(code or "")


def status(message: str) -> int:
    """409 where it is there already, else 422."""
    return 409 if message == TWICE else 422
