"""From a view to an answer: the page, or the one region that htmx asked for.

The name of a template block, the id of its element and the hx-target are one word. The view names the region of its page that
may be asked for by itself: a block drawn without the context of its page is a fault, so no client chooses among them (S15).
"""

from __future__ import annotations

import json
from typing import Any

from flask import Response, flash, make_response, redirect, render_template
from htmx_flask import request
from jinja2_fragments.flask import render_block


def wants_fragment() -> bool:
    """Whether htmx asks for a part of a page (not for a page it restores from history)."""
    return bool(request.htmx) and not request.htmx.history_restore_request


def render(
    template: str, block: str | None = None, region: str | None = None, status: int = 200, **context: Any
) -> Response:
    """The page of `template`; only its block `block`; for htmx the block `region` where that is the target."""
    name = block or _region_asked(region)
    body = render_block(template, name, **context) if name else render_template(template, **context)
    response = make_response(body, status)
    response.vary.update(["HX-Request", "HX-Target", "Cookie"])
    return response


def _region_asked(region: str | None) -> str | None:
    return region if region and wants_fragment() and request.htmx.target == region else None


def toast(response: Response, text: str, undo: str | None = None) -> Response:
    """Let the page show a short message, with a way back where there is one."""
    triggers = json.loads(response.headers.get("HX-Trigger", "{}"))
    triggers["toast"] = {"text": text, **({"undo": undo} if undo else {})}
    response.headers["HX-Trigger"] = json.dumps(triggers)
    return response


def htmx_redirect(url: str, status: int = 200) -> Response:
    """Make htmx load another page as a whole (htmx is never answered with a 302)."""
    response = make_response("", status)
    response.headers["HX-Redirect"] = url
    return response


def back_to(url: str, text: str | None = None, undo: str | None = None) -> Response:
    """After a verb: 303 to `url`, or the same for htmx without a reload of scripts. The message goes with it."""
    if text:
        flash({"text": text, "undo": undo}, "toast")  # type: ignore[arg-type]
    if not request.htmx:
        return make_response(redirect(url, 303))
    response = make_response("", 200)
    response.headers["HX-Location"] = json.dumps({"path": url, "target": "body"})
    return response
