"""A connector's error table: how it reads an answer, and what each of the platform's codes means. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from app.outbound.exchange import Exchange
from app.platforms.blame import Blame
from app.platforms.errors import ErrorType
from app.platforms.rates import no_windows
from app.platforms.results import Outcome, RateWindow


@dataclass(frozen=True)
class ErrorBody:
    """What a body says in structured form: the platform's code, its sub-code, and a sentence for people, which is the platform's
    own unless `own_words`. `missing` names a right that the sign-in lacks."""

    code: str = ""
    sub: str = ""
    message: str = ""
    missing: str = ""
    own_words: bool = False


@dataclass(frozen=True)
class Rule:
    """One row of an error table. None matches anything; at least one of status and code is given.

    `source` cites where the row was read. `wait` is the pause when the platform names none. `alone`: as in `Verdict`.
    """

    error_type: ErrorType
    status: int | None = None
    code: str | None = None
    sub: str | None = None
    outcome: Outcome = "no"
    final: bool = True
    account: Literal["", "refresh", "down"] = ""
    blame: Blame = ""
    duplicate: bool = False
    alone: bool = False
    wait: timedelta | None = None
    source: str = ""

    def matches(self, status: int, body: ErrorBody) -> bool:
        return (
            self.status in (None, status)
            and (self.code is None or self.code == body.code)
            and (self.sub is None or self.sub == body.sub)
            and (self.status is not None or self.code is not None)
        )

    @property
    def name(self) -> str:
        return "table:" + "/".join(str(part) for part in (self.status, self.code, self.sub) if part is not None)


def no_body(exchange: Exchange) -> ErrorBody:
    return ErrorBody()


def no_id(exchange: Exchange) -> tuple[str, str]:
    return "", ""


@dataclass(frozen=True)
class Table:
    """A connector's reading of answers: `error_body` finds the code, `post_address` the new post's (id, url), `windows` the limits.

    An id of "" in a 2xx is a doubt, so unknown.
    """

    rules: tuple[Rule, ...] = ()
    error_body: Callable[[Exchange], ErrorBody] = no_body
    post_address: Callable[[Exchange], tuple[str, str]] = no_id
    windows: Callable[[Exchange], tuple[RateWindow, ...]] = no_windows
