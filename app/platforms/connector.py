"""`Connector`: the typed face of a connector module. Signatures stand here; a module implements what it can.

A module `app/platforms/<slug>.py` has `SPEC` and any of the functions below with exactly these parameters. What it
lacks has the answer of this class: prepare → nothing to prepare, check → the general checks, the rest → NotOffered.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import ModuleType
from typing import Any, TypeVar, cast

from app.lib import redact
from app.lib.storable import storable
from app.platforms.checks import general
from app.platforms.context import Context
from app.platforms.errors import UNKNOWN, NotOffered
from app.platforms.keys import random_key
from app.platforms.post import Post, UnsealedAccount
from app.platforms.results import (
    Candidate,
    CannotTell,
    Check,
    Doubt,
    Found,
    Lookup,
    Metrics,
    PrepareFailed,
    Problem,
    Verdict,
)
from app.platforms.spec import Limits, Platform

Answer = TypeVar("Answer", Verdict, Check, Lookup)
Part = TypeVar("Part", bound=Verdict | Check | Lookup | Candidate)
WORDS = ("message", "reason", "code", "name", "missing", "looked_at", "request_id", "text", "remarks", "differs")
LINKS = ("url",)  # searched for the account's secrets alone: a password of a server may be a word of an address
UNKEPT = "The platform's id of the post holds a secret of the account, so it is not kept."


def redact_answer(answer: Answer, account: UnsealedAccount) -> Answer:
    """The same answer, fit to be kept: no secret of the account in its words (some platforms quote what they were
    sent), and nothing that the database cannot store."""
    own = account.needles
    if isinstance(answer, Verdict | Found) and redact.holds(answer.post_id, own):
        answer = cast(Answer, _without_id(answer))
    return _redact_fields(answer, own)


def _without_id(answer: Verdict | Found) -> Verdict | Doubt:
    """Such a post is out, but nobody could find or delete it by what is left of its id: no success, and nothing is sent again."""
    if isinstance(answer, Found):
        return Doubt(UNKEPT, evidence=answer.evidence)
    changed: dict[str, Any] = {"post_id": ""}
    if answer.outcome == "yes":
        rule = f"{answer.matched_by}, id with a secret"
        changed |= {
            "outcome": "unknown",
            "error_type": UNKNOWN,
            "message": UNKEPT,
            "own_words": True,
            "matched_by": rule,
        }
    return dataclasses.replace(answer, **changed)


def _redact_fields(answer: Part, own: redact.Known) -> Part:
    changed: dict[str, Any] = {}
    for field in dataclasses.fields(cast(Any, answer)):
        value = getattr(answer, field.name)
        if not value:
            continue
        cleaned = _clean_field(field.name, value, own)
        if field.name == "evidence" and getattr(answer, "outcome", "") != "accepted":  # `confirm` needs it as it is
            cleaned = redact.value(cleaned, redact.also_always(own))
        if cleaned != value:
            changed[field.name] = cleaned
    return cast(Part, dataclasses.replace(cast(Any, answer), **changed)) if changed else answer


def _clean_field(name: str, value: Any, own: redact.Known) -> Any:
    if isinstance(value, tuple):  # remarks, or parts of a look
        usable = [one for one in value if not (_is_post(one) and redact.holds(one.post_id, own))]
        return tuple(_redact_fields(one, own) if _is_post(one) else _clean_field(name, one, own) for one in usable)
    cleaned = storable(value)
    if name in WORDS:
        return redact.text(cleaned, redact.also_always(own))
    return redact.text(cleaned, own) if name in LINKS else cleaned


def _is_post(part: Any) -> bool:
    return isinstance(part, Found | Candidate)


class Connector:
    """Calls the module's function, or the default."""

    def __init__(self, module: ModuleType) -> None:
        self.module = module
        self.spec = cast(Platform, module.SPEC)

    def __repr__(self) -> str:
        return f"Connector({self.spec.slug!r})"

    def _function(self, name: str) -> Any:
        function = getattr(self.module, name, None)
        if function is None:
            raise NotOffered(f"{self.spec.name} cannot {name}")
        return function

    def client_key(self, post: Post, now: datetime) -> str:
        """The key of one publication: made once per generation and stored. Random unless the platform has its own."""
        function = getattr(self.module, "client_key", None)
        return cast(str, function(post, now)) if function else random_key()

    @property
    def renews_keys(self) -> bool:
        """Whether the key carries its time, so that it is dated anew when it is sent."""
        return hasattr(self.module, "renew_key")

    def renew_key(self, key: str, now: datetime) -> str:
        """Pure: the key of a publication that surely is not there yet, dated by its sending. The same where it carries no time."""
        return cast(str, self.module.renew_key(key, now)) if self.renews_keys else key

    def prepare(self, ctx: Context, account: UnsealedAccount, post: Post) -> dict[str, Any]:
        """Repeatable: upload media, resolve names. JSON-able ids for `publish`. Raises PrepareFailed(verdict)."""
        function = getattr(self.module, "prepare", None)
        try:
            return cast("dict[str, Any]", storable(function(ctx, account, post))) if function else {}
        except PrepareFailed as failed:
            raise PrepareFailed(redact_answer(failed.verdict, account)) from None

    def publish(
        self, ctx: Context, account: UnsealedAccount, post: Post, key: str, prepared: Mapping[str, Any]
    ) -> Verdict:
        """Single shot: exactly one `ctx.http.create` or `ctx.store.create`, with no other call after it."""
        return redact_answer(cast(Verdict, self._function("publish")(ctx, account, post, key, prepared)), account)

    def confirm(
        self, ctx: Context, account: UnsealedAccount, post: Post, key: str, evidence: Mapping[str, Any]
    ) -> Verdict:
        """Repeatable: is what was `accepted` live by now? Same verdicts; `accepted` again means: not yet."""
        return redact_answer(cast(Verdict, self._function("confirm")(ctx, account, post, key, evidence)), account)

    def find(self, ctx: Context, account: UnsealedAccount, post: Post, key: str, since: datetime) -> Lookup:
        """Repeatable: is this post there? `since` is the attempt's begin; the module allows for skewed clocks."""
        if "find" not in self.spec.can:
            return CannotTell(f"{self.spec.name} cannot be asked which posts it has", final=True)
        return redact_answer(cast(Lookup, self._function("find")(ctx, account, post, key, since)), account)

    def delete(self, ctx: Context, account: UnsealedAccount, post_id: str) -> Verdict:
        """Repeatable: `yes` = gone, also when it was gone before."""
        return redact_answer(cast(Verdict, self._function("delete")(ctx, account, post_id)), account)

    def metrics(self, ctx: Context, account: UnsealedAccount, post_ids: Sequence[str]) -> dict[str, Metrics]:
        """Repeatable: numbers by post id; ids that the platform did not answer for are missing."""
        return cast("dict[str, Metrics]", self._function("metrics")(ctx, account, post_ids))

    def verify(self, ctx: Context, account: UnsealedAccount) -> Check:
        """Repeatable: do these secrets work, whose are they? CannotTell on network trouble: no reason to disconnect."""
        return redact_answer(cast(Check, self._function("verify")(ctx, account)), account)

    def refresh(self, ctx: Context, account: UnsealedAccount) -> Check:
        """Repeatable, single flight by `ctx.sessions.lock`: get a fresh session token."""
        if "refresh" not in self.spec.can:
            return CannotTell(f"{self.spec.name} has no token to refresh")
        return redact_answer(cast(Check, self._function("refresh")(ctx, account)), account)

    def limits(self, configuration: Mapping[str, Any] | None = None) -> Limits:
        """Pure: the limits that hold for an account (an instance may have its own); the SPEC's where there is no account."""
        function = getattr(self.module, "limits", None)
        return self.spec.limits if function is None or configuration is None else cast(Limits, function(configuration))

    def host(self, configuration: Mapping[str, Any] | None = None) -> str:
        """Pure: the host that calls of this account go to; the cap per host counts by it."""
        function = getattr(self.module, "host", None)
        return cast(str, function(configuration or {})) if function else self.spec.slug

    def check(self, post: Post, limits: Limits | None = None) -> list[Problem]:
        """Pure: what is wrong with this post for this platform: the general checks, then the module's own."""
        limits = limits or self.spec.limits
        function = getattr(self.module, "check", None)
        own = cast("list[Problem]", function(post, limits)) if function else []
        if post.parts and "thread" not in self.spec.supports:
            own.append(Problem("text", f"{self.spec.name} gets no threads from here yet: make it one post."))
        return general(post, limits) + own
