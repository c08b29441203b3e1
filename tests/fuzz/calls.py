"""One request as a value, and how a die makes one: from a route, from a page's own form or link, or from neither."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from urllib.parse import quote

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from tests.fuzz import odd, pages, values

ROLES = ("nobody", "viewer", "editor", "reviewer", "operator", "admin")
BODIES = ("form", "multipart", "json", "raw", "short", "long", "chunked")
METHODS = ("GET", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "get")
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Call:
    """One request. `body`: form, multipart, json, raw, short, long, chunked. `token`: right, other, junk, none. `cookie`: own, cut,
    forged, none."""

    role: str
    method: str
    path: str
    query: Pairs = ()
    headers: Pairs = ()
    fields: Pairs = ()
    files: tuple[tuple[str, str, str, bytes], ...] = ()
    body: str = "form"
    token: str = "right"
    cookie: str = "own"


@dataclass
class World:
    """What the strategies draw from: the desk's routes, its ids by kind, what its pages show, the names that it knows."""

    routes: Map
    ids: dict[str, list[str]]
    shown: list[pages.Shown]
    names: list[str] = field(default_factory=pages.field_names)
    asked: list[str] = field(default_factory=lambda: sorted({*pages.asked_names(), *pages.filters()}))
    blocks: list[str] = field(default_factory=pages.blocks)
    choices: dict[str, list[str]] = field(default_factory=pages.choices)
    needs: dict[str, str | None] = field(default_factory=dict)
    avoid: tuple[str, ...] = ("staff.sign_out",)

    def __post_init__(self) -> None:
        """Links and forms are drawn by what they lead to, so that a list of a hundred links weighs no more than one button."""
        by: dict[str, dict[str, list[pages.Shown]]] = {"GET": {}, "POST": {}}
        for one in self.shown:
            by[one.method].setdefault(self.endpoint(one.path, one.method), []).append(one)
        self.leads = {method: [found for _, found in sorted(kinds.items())] for method, kinds in by.items()}
        self.rules: list[Rule] = [rule for rule in self.routes.iter_rules() if rule.endpoint not in self.avoid]

    def endpoint(self, path: str, method: str) -> str:
        """What answers there; "-" when nothing does."""
        try:
            return str(self.routes.bind("localhost").match(path, method=method)[0])
        except HTTPException:
            return "-"

    def may(self, path: str, method: str) -> str:
        """The least role that may ask there."""
        return self.needs.get(self.endpoint(path, method)) or "viewer"


def a_call(dice: Random, world: World) -> Call:
    """Mostly a page's own form or link, or a route with right ids, with one to three things wrong."""
    way = dice.random()
    if way < 0.6 and world.shown:
        one = dice.choice(dice.choice(world.leads[dice.choice(("GET", "POST", "POST"))] or [world.shown]))
        role = one.role if dice.random() < 0.85 else dice.choice(ROLES)
        path, method = one.path, one.method
        query, fields = (
            _bent(dice, world, list(one.query), world.asked),
            _bent(dice, world, list(one.fields), world.names),
        )
    else:
        path, method = _route(dice, world) if way < 0.96 else (_quoted("/" + values.evil(dice)[:300], "/"), "GET")
        least = world.may(path, method)
        enough = ROLES[ROLES.index(least) :] if least in ROLES else ROLES
        role = dice.choice(enough if dice.random() < 0.75 else ROLES)
        query, fields = (
            _bent(dice, world, [], world.asked),
            _bent(dice, world, [], world.names, most=8 if method == "POST" else 1),
        )
    if dice.random() < 0.05:
        method = dice.choice(METHODS)
    files = _files(dice) if method == "POST" and (path.startswith("/content") or dice.random() < 0.05) else ()
    body = dice.choice(BODIES) if dice.random() < 0.2 else "multipart" if files else "form"
    token = dice.choice(("other", "junk", "none")) if dice.random() < 0.1 else "right"
    cookie = dice.choice(("cut", "forged", "none")) if dice.random() < 0.06 else "own"
    kept = tuple(fields) if method not in ("GET", "HEAD") else ()
    return Call(role, method, path, tuple(query), _headers(dice, world), kept, files, body, token, cookie)


def _quoted(text: str, safe: str = "") -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe=safe)


def _route(dice: Random, world: World) -> tuple[str, str]:
    rule = dice.choice(world.rules)
    parts = []
    for is_dynamic, text in rule._trace:
        if not is_dynamic:
            parts.append(text.lstrip("|"))
            continue
        options = getattr(rule._converters[text], "items", None)
        own = sorted(options) if options else world.ids.get(_kind(rule, text)) or [""]
        chance = dice.random()
        value = (
            dice.choice(own)
            if chance < 0.75
            else values.one_id(dice, world.ids)
            if chance < 0.88
            else values.evil(dice)
        )
        parts.append(_quoted(value[:2_000]))
    methods = sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}) or ["GET"]
    return "".join(parts) or "/", dice.choice(methods)


def _kind(rule: Rule, name: str) -> str:
    """Of which kind a variable of a rule is; names that several rooms use are told apart by their room."""
    return {("audit.show", "key"): "audit", ("calendar.event", "key"): "event"}.get((rule.endpoint, name), name)


def _bent(
    dice: Random, world: World, pairs: list[tuple[str, str]], names: list[str], most: int = 3
) -> list[tuple[str, str]]:
    """These fields with some left out, doubled, replaced, and some more."""
    if dice.random() < 0.5:  # a person fills in what is empty
        pairs = [(name, value or values.right(dice, name, world.ids, world.choices)) for name, value in pairs]
    for _ in range(dice.randint(0, most)):
        at = dice.randrange(len(pairs)) if pairs else -1
        name = pairs[at][0] if pairs and dice.random() < 0.7 else dice.choice(names)
        value = _value(dice, world, name)
        how = dice.choice(("replace", "replace", "replace", "drop", "double"))
        if how == "drop" and pairs:
            pairs.pop(at)
            continue
        if how == "replace":
            pairs = [(one, other) for one, other in pairs if one != name]
        pairs.append((name, value))
    return pairs


def _value(dice: Random, world: World, name: str) -> str:
    chance = dice.random()
    if chance < 0.1:
        return dice.choice(odd.CURSORS)
    return values.evil(dice) if chance < 0.6 else values.right(dice, name, world.ids, world.choices)


def _files(dice: Random) -> tuple[tuple[str, str, str, bytes], ...]:
    names = ("picture", "pictures", "pictures", "file", "body")
    return tuple((dice.choice(names), *dice.choice(odd.UPLOADS)) for _ in range(dice.randint(0, 2)))


def _headers(dice: Random, world: World) -> Pairs:
    out: list[tuple[str, str]] = []
    if dice.random() < 0.35:
        out.append(("HX-Request", "true"))
        out.append(("HX-Target", dice.choice(world.blocks) if dice.random() < 0.8 else values.evil(dice)[:200]))
    if dice.random() < 0.25:
        names = dice.sample(sorted(odd.HEADERS), dice.randint(1, 2))
        out += [(name, dice.choice(odd.HEADERS[name])) for name in names]
    return tuple((name, _latin(value)) for name, value in out)


def _latin(value: str) -> str:
    """As a server hands a header over: bytes read as Latin-1, no ends of lines."""
    return value.encode("utf-8", "surrogatepass").decode("latin-1").replace("\r", "").replace("\n", "")
