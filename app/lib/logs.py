"""What may stand in a log: no secret of an address, no value of a database, one line for one message.

`install()` puts itself where every record is made, so it holds for all loggers of the process (ours, gunicorn's with its
access log, RQ's, SQLAlchemy's) whatever handlers they have. Tracebacks are drawn here as well: of a database's error its
class, its code and the names it gives stay; its words quote values (`DETAIL: Key (email)=(…)`) and go.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
import time
import traceback
from collections.abc import Iterable
from typing import Any

from app.lib import redact
from app.lib.secrets import is_secret_parameter

OWN = "pressroom.audit.seals"  # roots look like secrets; nobody else's words stand in these lines
LONGEST = 20_000  # characters of one traceback, or of an error's message
LONGEST_QUOTE = 2_000
"""Of a message below an error: any client can bring one about that quotes it (a bad request line has 8 kB)."""
_MARGIN = 300
"""Looked at and not kept where a text is cut: half a secret is none that a pattern knows."""
_DEEPEST = 20  # causes of causes
_SLASH = r"(?:/|%(?:25){0,3}2[Ff])"  # plain, or encoded up to four times
_OPENS = r"""(?:[^\s/?#&"'<>%]|%(?!(?:25){0,3}(?:2[FfBb3]|3[Ff]|26|20)))+"""  # up to a delimiter, plain or encoded
_PARAMETER = re.compile(r"""([?&;]|%(?:25){0,3}(?:3[Ff]|26))([\w.\[\]-]{2,40})(=|%(?:25){0,3}3[Dd])([^\s&;"'<>#]+)""")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")
_AT = {"schema": "schema_name", "table": "table_name", "column": "column_name", "constraint": "constraint_name"}

_secret_paths: list[re.Pattern[str]] = []
_factory = logging.getLogRecordFactory()


def hide_paths(rules: Iterable[str]) -> None:
    """Addresses such as `/reset/<token>`: whatever stands in place of `<…>` is hidden, also in an encoded address."""
    for rule in rules:
        parts = re.split(r"<[^>]+>", rule)
        # many slashes count as one, but for the first: a run of them would be read anew from each of its slashes
        fixed = f"{_SLASH}+".join(map(re.escape, parts[0].removeprefix("/").split("/")))
        pattern = re.compile(f"({_SLASH}{fixed})(?!<){_OPENS}")
        if pattern.pattern not in {known.pattern for known in _secret_paths}:
            _secret_paths.append(pattern)


def clean(text: str, most: int = LONGEST) -> str:
    """The text without secrets, as one line of at most about `most` characters."""
    return _one_line(_hidden(text, most))


def _hidden(text: str, most: int = LONGEST) -> str:
    """Shortened before any pattern sees it."""
    if len(text) <= most:
        return _without_secrets(text)
    kept = _without_secrets(text[:most])[:-_MARGIN]
    return f"{kept}… [{len(text) - most + _MARGIN} more]"


def _without_secrets(text: str) -> str:
    for pattern in _secret_paths:
        text = pattern.sub(rf"\1{redact.MARK}", text)
    text = _PARAMETER.sub(_parameter, text)
    return redact.text(text)


def _parameter(found: re.Match[str]) -> str:
    before, name, equals, _ = found.groups()
    return f"{before}{name}{equals}{redact.MARK}" if is_secret_parameter(name) else found[0]


def _one_line(text: str) -> str:
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def words(error: BaseException) -> str:
    """An error in one line: class and message; of a database's error class, code and names."""
    kind = type(error).__name__
    cause = _databases(error)
    if cause is None:
        members = "; ".join(words(one) for one in getattr(error, "exceptions", ())[:_DEEPEST])
        return clean(": ".join(filter(None, (kind, _message(error), members))))
    said = [f"SQLSTATE {cause.sqlstate}"] if getattr(cause, "sqlstate", None) else []
    named = getattr(cause, "diag", None)
    said += [f"{word} {name}" for word, place in _AT.items() if (name := getattr(named, place, None))]
    inner = f" ({type(cause).__name__})" if cause is not error else ""
    return clean(f"{kind}{inner}: {', '.join(said) or 'its words are not kept'}")


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return "(its words cannot be had)"


def _databases(error: BaseException) -> Any:
    """The driver's error, where the database (or the layer above it) raised this one."""
    inner = getattr(error, "orig", None)
    for one in (inner, error):
        if one is not None and type(one).__module__.partition(".")[0] == "psycopg":
            return one
    return error if type(error).__module__.startswith("sqlalchemy.") and hasattr(error, "statement") else None


def format_traceback(error: BaseException | None) -> str:
    """The traceback with its causes, without values: at most `LONGEST` characters of it."""
    parts: list[str] = []
    for one, link in _chain(error):
        frames = "".join(traceback.format_tb(one.__traceback__))
        parts.append(f"Traceback (most recent call last):\n{_hidden(frames)}{words(one)}{link}")
    return "\n".join(reversed(parts))


def _chain(error: BaseException | None) -> list[tuple[BaseException, str]]:
    found: list[tuple[BaseException, str]] = []
    link = ""
    while error is not None and len(found) < _DEEPEST and all(error is not one for one, _ in found):
        found.append((error, link))
        if error.__cause__ is not None:
            error, link = error.__cause__, "\n\nThe above exception was the direct cause of the following exception:\n"
        elif error.__context__ is not None and not error.__suppress_context__:
            error, link = error.__context__, "\n\nDuring handling of the above exception, another exception occurred:\n"
        else:
            break
    return found


def _record(*arguments: Any, **named: Any) -> logging.LogRecord:
    record = _factory(*arguments, **named)
    if record.name == OWN:
        return record
    try:
        message = record.getMessage()
    except Exception:  # a wrong number of arguments: logging says so by itself
        return record
    most = LONGEST if record.levelno >= logging.ERROR else LONGEST_QUOTE
    record.msg, record.args = clean(message, most), None
    if record.exc_info and isinstance(record.exc_info[1], BaseException):
        record.exc_text = format_traceback(record.exc_info[1])
    return record


def install() -> None:
    """For this process and what it forks; again does nothing."""
    logging.setLogRecordFactory(_record)
    # UTC for all formatters, gunicorn's too: lines of several machines stay in order
    logging.Formatter.converter = time.gmtime
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


def _uncaught(kind: type[BaseException], error: BaseException, _: Any) -> None:
    print("" if issubclass(kind, KeyboardInterrupt) else format_traceback(error), file=sys.stderr)


def _uncaught_in_thread(found: threading.ExceptHookArgs) -> None:
    if found.exc_type is not SystemExit:
        print(
            f"In the thread {found.thread.name if found.thread else '?'}:\n{format_traceback(found.exc_value)}",
            file=sys.stderr,
        )
