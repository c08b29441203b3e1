"""Light or dark by cookie: the server sets it before the first paint, with and without JavaScript."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, request

from app.web.auth import public
from app.web.pages import back_to

YEAR = 365 * 24 * 3600


@public
def theme() -> Response:
    """POST theme=light|dark|auto → 303 to the page it was sent from. Anything else means auto."""
    chosen = request.form.get("theme", "")
    try:
        seen = urlsplit(request.referrer or "")
    except ValueError:  # "http://[::1": anybody may send any header
        seen = urlsplit("")
    own = seen.netloc == request.host and seen.path.startswith("/") and not seen.path.startswith("//")
    response = back_to((seen.path + (f"?{seen.query}" if seen.query else "")) if own else "/")
    if chosen in ("light", "dark"):
        response.set_cookie("theme", chosen, max_age=YEAR, samesite="Lax", secure=request.is_secure)
    else:
        response.delete_cookie("theme")
    return response


def init_app(app: Flask) -> None:
    app.add_url_rule("/theme", "theme", theme, methods=["POST"])
