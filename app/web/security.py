"""Headers on every answer, CSRF on every form."""

from __future__ import annotations

import hashlib

from flask import Flask, Response, abort, g, request
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import CSRFProtect

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self';"
    " connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
}
PICTURE_POLICY = "default-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox"
"""For a file that somebody uploaded: opened by itself it is a picture and nothing else (ASVS 5.0 3.2.1)."""
HSTS = "max-age=31536000; includeSubDomains"

csrf = CSRFProtect()


class SignedSessions(SecureCookieSessionInterface):
    """Flask's cookie, signed with HMAC-SHA-256 where Flask takes SHA-1 (ASVS 5.0 11.4.1)."""

    digest_method = staticmethod(hashlib.sha256)


def refuse_nul() -> None:
    """PostgreSQL and file systems take no NUL: an address with one leads nowhere, a query with one means nothing."""
    if "\x00" in request.path:
        abort(404)
    if b"%00" in request.query_string:
        abort(400)


def protect(response: Response) -> Response:
    """Add the headers; what a person sees is never kept by a shared cache."""
    if (response.mimetype or "").startswith("image/") and request.endpoint != "static":
        response.headers.setdefault("Content-Security-Policy", PICTURE_POLICY)
    if response.cache_control.public and request.endpoint != "static":  # a public post's picture, in readers of feeds
        response.headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin")
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if "trace_id" in g:
        response.headers["X-Trace-Id"] = g.trace_id
    if request.endpoint != "static":
        response.headers.setdefault(
            "Cache-Control", "no-store" if not response.headers.get("ETag") else "private, no-cache"
        )
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", HSTS)
    return response


def cookie_name(name: str, secure: bool) -> str:
    """Over https with the prefix that browsers keep for cookies of exactly this host: no neighbour under the same domain and
    nobody on an unencrypted line can plant one (RFC 6265bis, 4.1.3.2: Secure, Path=/, no Domain)."""
    return f"__Host-{name}" if secure else name


def init_app(app: Flask, secure: bool) -> None:
    """CSRF reads the form, so it comes after the sign-in and the limits (factory.py). Tokens live as long as the session that
    made them; cookies are HttpOnly, SameSite=Lax, Secure over https."""
    app.config.update(
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        SESSION_COOKIE_NAME=cookie_name("session", secure),
        REMEMBER_COOKIE_NAME=cookie_name("remember", secure),
        REMEMBER_COOKIE_SECURE=secure,
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=secure,
    )
    app.session_interface = SignedSessions()
    csrf.init_app(app)
    app.after_request(protect)
