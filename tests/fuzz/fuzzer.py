"""Sends calls, judges the answers, counts them, makes each find small."""

from __future__ import annotations

import logging
import re
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from app.core import transactions
from tests.factories import PASSWORD
from tests.fuzz import calls, desk, judge, never
from tests.fuzz.calls import ROLES, Call, World
from tests.fuzz.pages import Shown
from tests.fuzz.send import send

CRAWL_EVERY = 5
"""Batches after which the pages are read anew: their forms carry versions and hashes that age."""


@dataclass
class Find:
    """One cause, the smallest call that shows it, how often it was seen."""

    cause: str
    call: Call
    times: int = 1


@dataclass
class Fuzzer:
    """A desk and its browsers. `finds` by cause; `table` counts (group of routes, role, class of status);
    `unkept` what only the database refused (app/web/unstorable.py): where a form could say it sooner.
    `thorough`: read every page of everybody for its forms, not one of each kind."""

    app: Any
    thorough: bool = True
    finds: dict[str, Find] = field(default_factory=dict)
    table: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    endpoints: set[tuple[str, str]] = field(default_factory=set)
    unkept: Counter[tuple[str, str]] = field(default_factory=Counter)
    browsers: dict[str, Any] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    shown: list[Shown] = field(default_factory=list)
    batches: int = 0
    world: World | None = None
    sent: int = 0

    def __post_init__(self) -> None:
        self.heard = judge.Heard()
        logging.getLogger().addHandler(self.heard)

    def close(self) -> None:
        logging.getLogger().removeHandler(self.heard)

    def prepare(self) -> World:
        """Everybody signed in, the desk's ids and pages read."""
        transactions.transaction(desk.restore_people)
        for role in ROLES:
            self._sign_in(role)
        ids = transactions.transaction(desk.ids)
        if not self.shown or self.batches % CRAWL_EVERY == 0:
            self.shown = desk.crawl(self.browsers, ids, self.app.url_map, self.thorough)
        self.batches += 1
        needs = {name: getattr(view, "permission", None) for name, view in self.app.view_functions.items()}
        self.world = World(self.app.url_map, ids, self.shown, needs=needs)
        return self.world

    def batch(self, world: World, number: int, dice: Random, until: float = float("inf")) -> None:
        """`number` calls; none is sent after `until` (monotonic)."""
        for _ in range(number):
            if time.monotonic() > until:
                break
            self.try_one(calls.a_call(dice, world))
        for words in transactions.transaction(never.found):
            self.finds.setdefault(words, Find(words, Call("-", "-", "the tables after a batch")))

    def try_one(self, call: Call) -> None:
        """Send it, count it, keep what is wrong; a new cause is made small at once."""
        answer, found = self._sent(call)
        self.sent += 1
        if self.heard.unkept and self.world:
            self.unkept[self.world.endpoint(call.path, call.method), self.heard.unkept] += 1
        status = "raised" if answer is None else f"{answer.status_code // 100}xx"
        self.table[_group(call.path), call.role, status] += 1
        self.endpoints.add((call.role, self.world.endpoint(call.path, call.method) if self.world else "-"))
        for cause in found:
            known = self.finds.get(cause)
            if known is None:
                self.finds[cause] = Find(cause, call)
                self.finds[cause].call = self._small(call, cause)
            else:
                known.times += 1
        self._still_in(call.role)

    def _sent(self, call: Call) -> tuple[Any, list[str]]:
        self.heard.causes.clear()
        self.heard.unkept = ""
        try:
            answer = send(self._browser(call), call, self._token(call))
        except Exception as error:
            return None, [f"raised past the desk: {judge.cause_of(error)}"]
        return answer, judge.wrong(call, answer, self.heard.causes)

    def _small(self, call: Call, cause: str) -> Call:
        """The same call with everything left out that the cause does not need."""
        going = True
        while going:
            going = False
            for less in _less(call):
                if cause in self._sent(less)[1]:
                    call, going = less, True
                    break
        return call

    def _browser(self, call: Call) -> Any:
        own = self.browsers[call.role]
        if call.cookie == "own":
            return own
        browser = self.app.test_client()
        cookie = own.get_cookie("session")
        if call.cookie in ("cut", "forged") and cookie is not None:
            value = cookie.value[:-9] if call.cookie == "cut" else "eyJfdXNlcl9pZCI6ICJ4In0.aaaa.bbbb"
            browser.set_cookie("session", value)
            browser.set_cookie("theme", "\udcff<x>".encode("utf-8", "surrogateescape").decode("latin-1"))
        return browser

    def _token(self, call: Call) -> str:
        other = ROLES[(ROLES.index(call.role) + 1) % len(ROLES)]
        return {
            "right": self.tokens.get(call.role, ""),
            "other": self.tokens.get(other, ""),
            "junk": "ImEi.x.y",
            "none": "",
        }[call.token]

    def _sign_in(self, role: str) -> None:
        browser = self.browsers[role] = self.app.test_client()
        page = browser.get("/sign-in")
        if role != "nobody":
            data = {"email": f"{role}@desk.example", "password": PASSWORD, "csrf_token": _token_in(page.text)}
            answer = browser.post("/sign-in", data=data)
            assert answer.status_code == 303, (role, answer.status_code)
            page = browser.get("/me")
            assert page.status_code == 200, (role, page.status_code)
        self.tokens[role] = _token_in(page.text)

    def _still_in(self, role: str) -> None:
        """Whoever was signed out (it is allowed to end one's session, or to suspend somebody) comes in again."""
        if role != "nobody":
            with self.browsers[role].session_transaction() as kept:
                here = "_user_id" in kept
            if here and self.sent % 20:
                return
            if here and self.browsers[role].get("/badges").status_code == 200:
                return
            transactions.transaction(desk.restore_people)
            self._sign_in(role)
        elif self.browsers[role].get_cookie("session") is None:
            self._sign_in(role)


def _less(call: Call) -> list[Call]:
    """Smaller calls, the boldest first."""
    out = [replace(call, **{name: ()}) for name in ("headers", "query", "files", "fields") if getattr(call, name)]
    for name, usual in (("body", "form"), ("token", "right"), ("cookie", "own"), ("role", "admin")):
        if getattr(call, name) != usual:
            out.append(replace(call, **{name: usual}))
    for name in ("headers", "query", "files", "fields"):
        pairs = getattr(call, name)
        out += [replace(call, **{name: pairs[:at] + pairs[at + 1 :]}) for at in range(len(pairs)) if len(pairs) > 1]
        out += [
            replace(call, **{name: (*pairs[:at], (one[0], one[1][: len(one[1]) // 2]), *pairs[at + 1 :])})
            for at, one in enumerate(pairs)
            if len(one) == 2 and len(one[1]) > 8
        ]
    return out


def _token_in(page: str) -> str:
    found = re.search(
        r"""name="csrf_token"[^>]*value="([^"]+)|csrf-token"[^>]*content="([^"]+)|X-CSRFToken[^:]*: *&#34;([^&]+)""",
        page,
    )
    return next((one for one in found.groups() if one), "") if found else ""


def _group(path: str) -> str:
    return (
        "/" + path.split("?")[0].lstrip("/").split("/")[0][:14]
        if re.match(r"/[a-z.-]*(/|$|\?)", path)
        else "(no route)"
    )
