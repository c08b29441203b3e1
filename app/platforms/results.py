"""What a connector answers. Values, not exceptions: the engine stores them as they are.

A `Verdict` says what became of the one create call:

- `yes`       it is there; `post_id` and mostly `url` are the platform's own
- `accepted`  taken, not live yet: look again with `confirm` (`evidence` holds what confirm needs)
- `no`        surely not there; `final` says whether trying again could help
- `unknown`   nobody can say; reconcile looks, never resends blindly
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from app.platforms.blame import Blame, advice
from app.platforms.errors import UNKNOWN, ErrorType

Outcome = Literal["yes", "no", "unknown", "accepted"]


@dataclass(frozen=True)
class Verdict:
    """The outcome of one call and its evidence.

    `retry_after`: how long to wait, when the platform said so (or the rule for a 429 without it applies: None); of an
    unknown: when the first look makes sense, where the connector knows better than the general rule.
    `account`: "refresh" = refresh the token once and start again at prepare, then it counts as auth_failed and the
    account leaves active; "down" = the account leaves active at once; "" = the account is not to blame.
    `blame`: what is to blame where it is not the sign-in itself (see `blame`); `missing` names the right it lacks.
    `reread_limits`: the refusal may mean that the account's limits (or its sign-in) are not what we hold: check it again.
    `remarks`: how what is there differs from what was sent (see `compare`).
    `duplicate`: the platform says it has this already; after an unknown that is evidence: use `after_unknown()`.
    `alone`: the cause lies in this one post (a picture that is still worked on), so its account's breaker does not count it.
    `own_words`: `message` is a sentence of ours although the platform answered; it is not quoted as the platform's.
    `code` is the platform's own; `matched_by` names the rule that decided ("table:…", "status:404", "error:reset").
    `limits` are what rate-limit headers said: (scope, remaining, resets_at).
    `request` and `response` are redacted and capped copies for the attempt.
    """

    outcome: Outcome
    post_id: str = ""
    url: str = ""
    error_type: ErrorType | None = None
    code: str = ""
    message: str = ""
    http_status: int | None = None
    retry_after: timedelta | None = None
    matched_by: str = ""
    final: bool = False
    account: Literal["", "refresh", "down"] = ""
    blame: Blame = ""
    missing: str = ""
    reread_limits: bool = False
    remarks: tuple[str, ...] = ()
    duplicate: bool = False
    alone: bool = False
    own_words: bool = False
    evidence: Mapping[str, Any] = field(default_factory=dict)
    limits: tuple[RateWindow, ...] = ()
    request: Mapping[str, Any] = field(default_factory=dict)
    response: Mapping[str, Any] = field(default_factory=dict)
    request_id: str = ""
    duration_ms: int | None = None

    @property
    def may_retry(self) -> bool:
        """Surely not there, and the same request may succeed later."""
        return self.outcome == "no" and not self.final

    @property
    def advice(self) -> str:
        """What the account's page says after a refusal."""
        return advice(self.blame, self.message, self.missing, own_words=self.own_words or self.http_status is None)

    def after_unknown(self) -> Verdict:
        """The same answer read by a record that was unknown before: a duplicate is evidence, so: look, do not fail."""
        if not self.duplicate:
            return self
        rule = f"{self.matched_by}+evidence"
        return replace(self, outcome="unknown", error_type=UNKNOWN, final=False, matched_by=rule)


class PrepareFailed(Exception):
    """A repeatable call of `prepare` failed; `verdict` (always a `no`) is what to settle with. Nothing was posted."""

    def __init__(self, verdict: Verdict) -> None:
        if verdict.outcome != "no":  # a 2xx that lacks what was asked for: the post has not been sent
            words = verdict.message or "The platform's answer did not hold what was asked for; nothing was posted."
            ours = verdict.own_words or not verdict.message
            verdict = replace(verdict, outcome="no", error_type="platform_error", message=words, own_words=ours)
            verdict = replace(verdict, final=False, post_id="", url="")
        super().__init__(f"{verdict.error_type}: {verdict.message}")
        self.verdict = verdict


@dataclass(frozen=True)
class RateWindow:
    """One line for `rate_windows`: `scope` is "account" or "host", `key` names the counter of that platform."""

    scope: Literal["account", "host"]
    key: str
    remaining: int
    resets_at: datetime


@dataclass(frozen=True)
class Found:
    """The post is there. `matched_by` is "key" or "listing".

    Of a listing only what is surely ours: exact in text, pictures and options, within the attempt's time, nobody else's.
    `others`: further posts that are so as well, oldest first. `remarks`: how it differs in what is not compared for that.
    """

    post_id: str
    url: str = ""
    matched_by: str = "key"
    published_at: datetime | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)
    others: tuple[Found, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Absent:
    """We looked in the right place and it is not there *now*; a request may still be alive (see reconcile)."""

    looked_at: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Candidate:
    """A post at the platform that may be ours; `differs` says in words what keeps it from being surely ours."""

    post_id: str
    url: str = ""
    text: str = ""
    created_at: datetime | None = None
    differs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Doubt:
    """We looked, and what we saw proves neither that it is there nor that it is not. A person decides in the end.

    `candidates`: what is nearly ours, oldest first. Without any: this look could not have seen the post.
    """

    reason: str
    candidates: tuple[Candidate, ...] = ()
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class CannotTell:
    """We could not look (network, limit, no right). `retry_after` when the platform named one.

    `final`: there is no way to look, now or later; ask a person.
    """

    reason: str
    final: bool = False
    error_type: ErrorType | None = None
    retry_after: timedelta | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Verified:
    """The account works. `configuration` is merged into the account's (limits of the instance, its address…)."""

    account_id: str
    name: str
    url: str = ""
    expires_at: datetime | None = None
    configuration: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)  # rotated secrets to seal; never an empty value


@dataclass(frozen=True)
class Refused:
    """The platform says no to this account: it leaves active. `field` names the form field to blame, "" the form."""

    message: str
    error_type: ErrorType = "auth_failed"
    code: str = ""
    field: str = ""
    http_status: int | None = None
    blame: Blame = ""


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a post for a platform. `error` stops it from being reviewed, `warning` is shown only.

    `field` is title, text, media, link, language, or options.<name>; `at` the index of the medium or part.
    """

    field: str
    message: str
    severity: Literal["error", "warning"] = "error"
    at: int | None = None


Lookup = Found | Absent | Doubt | CannotTell
Check = Verified | Refused | CannotTell
Metrics = Mapping[str, int]  # views, likes, comments, shares, impressions, reach, saves, clicks
