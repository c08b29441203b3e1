"""One session for all workers: app password → access and refresh token, shared through `ctx.sessions`.

createSession is limited to 30 in 5 minutes and 300 a day, so a session is kept, refreshed by one worker at a time,
and made anew only when its refresh token is dead or the password was changed.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from app.platforms.addresses import base_url
from app.platforms.base import Context, Exchange, PrepareFailed, UnsealedAccount
from app.platforms.bluesky_answers import TABLE
from app.platforms.errors import PLATFORM_ERROR
from app.platforms.verdict import judge_repeatable

ENTRYWAY = "https://bsky.social"
FRESH = timedelta(seconds=90)  # a token must outlive the prepare and the deadline of the create call
JUST_NOW = timedelta(seconds=30)
DEAD = ("ExpiredToken", "InvalidToken", "AuthMissing", "AuthenticationRequired")
Session = Mapping[str, str]


def pds_url(account: UnsealedAccount) -> str:
    return base_url(account.setting("service", ENTRYWAY))


def shared_session(ctx: Context, account: UnsealedAccount) -> Session | None:
    """The shared session, unless it was made with another password."""
    session = ctx.sessions.get(account)
    return session if session and session.get("for") == _credentials_hash(account) else None


def ensure_session(ctx: Context, account: UnsealedAccount) -> Session:
    """A session whose access token lives long enough for one delivery. PrepareFailed(verdict) when there is none."""
    session = shared_session(ctx, account)
    if session and _is_alive(session, ctx.clock.now()):
        return session
    return renew(ctx, account, "" if session is None else session["access"])


def renew(ctx: Context, account: UnsealedAccount, stale: str) -> Session:
    """A session with another access token than `stale`: single flight, so a second worker takes the first one's."""
    with ctx.sessions.lock(account):
        session = shared_session(ctx, account)
        if session and session["access"] != stale and _is_alive(session, ctx.clock.now()):
            return session
        fresh = _refresh(ctx, account, session) if session else None
        fresh = fresh or _create(ctx, account)
        ctx.sessions.put(account, fresh)
        return fresh


def force_renewal(ctx: Context, account: UnsealedAccount) -> Session:
    """Renew whatever there is, but not twice within half a minute."""
    session = shared_session(ctx, account)
    if session and _age(session, ctx.clock.now()) < JUST_NOW:
        return session
    return renew(ctx, account, session["access"] if session else "")


def authorization(session: Session) -> dict[str, str]:
    return {"Authorization": f"Bearer {session['access']}"}


def call(ctx: Context, account: UnsealedAccount, method: str, name: str, **body: Any) -> Exchange:
    """A repeatable XRPC call with the session; a dead token is renewed once and the call repeated."""
    session = ensure_session(ctx, account)
    headers = body.pop("headers", {})
    url = f"{session['pds']}/xrpc/{name}"
    exchange = ctx.http.call(method, url, headers={**headers, **authorization(session)}, **body)
    if judge_repeatable(exchange, TABLE).account != "refresh":
        return exchange
    session = renew(ctx, account, session["access"])
    return ctx.http.call(method, url, headers={**headers, **authorization(session)}, **body)


def _refresh(ctx: Context, account: UnsealedAccount, session: Session) -> Session | None:
    """By the refresh token; None when it is dead. A blip is no reason to sign in anew: PrepareFailed, try later."""
    headers = {"Authorization": f"Bearer {session['refresh']}"}
    exchange = ctx.http.call("POST", f"{session['pds']}/xrpc/com.atproto.server.refreshSession", headers=headers)
    verdict = judge_repeatable(exchange, TABLE)
    if verdict.outcome == "yes" and exchange.object().get("accessJwt"):
        return _session(ctx, account, exchange.object(), session)
    if verdict.code in DEAD:
        return None
    raise PrepareFailed(verdict)


def _create(ctx: Context, account: UnsealedAccount) -> Session:
    """By the app password. A refusal here is the account's: it leaves active."""
    identifier = account.setting("identifier").removeprefix("@")
    login = {"identifier": identifier, "password": account.secrets.get("app_password", "")}
    exchange = ctx.http.call("POST", f"{pds_url(account)}/xrpc/com.atproto.server.createSession", json=login)
    verdict = judge_repeatable(exchange, TABLE)
    if verdict.outcome == "yes" and _is_complete(exchange.object()):
        return _session(ctx, account, exchange.object(), {})
    if verdict.outcome == "yes":
        text = "The server answered the sign-in without a session."
        verdict = replace(verdict, outcome="no", error_type=PLATFORM_ERROR, message=text, own_words=True)
    elif verdict.code in DEAD:
        verdict = replace(verdict, account="down", final=True)
    raise PrepareFailed(verdict)


def _is_complete(answer: Mapping[str, Any]) -> bool:
    return all(isinstance(answer.get(name), str) and answer[name] for name in ("accessJwt", "refreshJwt", "did"))


def _session(ctx: Context, account: UnsealedAccount, answer: Mapping[str, Any], old: Session) -> dict[str, str]:
    """What is kept. An empty refresh token in an answer never overwrites the one we have."""
    return {
        "access": str(answer["accessJwt"]),
        "refresh": str(answer.get("refreshJwt") or old.get("refresh", "")),
        "did": str(answer.get("did") or old.get("did", "")),
        "handle": str(answer.get("handle") or old.get("handle", "")),
        "pds": _own_pds(account, answer) or old.get("pds", "") or pds_url(account),
        "for": _credentials_hash(account),
        "at": ctx.clock.now().isoformat(),
    }


def _own_pds(account: UnsealedAccount, answer: Mapping[str, Any]) -> str:
    """The account's own server by its DID document, when it was reached through the common entrance."""
    if pds_url(account) != ENTRYWAY:
        return ""
    document = answer.get("didDoc")
    services = document.get("service") if isinstance(document, Mapping) else None
    for service in services if isinstance(services, list) else []:
        if isinstance(service, Mapping) and str(service.get("id", "")).endswith("#atproto_pds"):
            endpoint = str(service.get("serviceEndpoint", ""))
            with contextlib.suppress(ValueError):
                return base_url(endpoint) if endpoint.startswith("https://") else ""
    return ""


def _credentials_hash(account: UnsealedAccount) -> str:
    """Changes when server, identifier or password change; tells nothing about them."""
    parts = (pds_url(account), account.setting("identifier"), account.secrets.get("app_password", ""))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _age(session: Session, now: datetime) -> timedelta:
    try:
        return now - datetime.fromisoformat(session["at"])
    except (KeyError, ValueError):
        return timedelta.max


def _is_alive(session: Session, now: datetime) -> bool:
    """By the token's own `exp`, where it is a JWT; an opaque token is taken to live."""
    try:
        middle = session["access"].split(".")[1]
        ends = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))["exp"]
        return datetime.fromtimestamp(float(ends), UTC) - now > FRESH
    except (IndexError, KeyError, ValueError, TypeError, OverflowError):
        return True
