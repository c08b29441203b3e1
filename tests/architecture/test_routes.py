"""Every route says who may use it; every form that posts carries a token; every region that is swapped exists."""

from __future__ import annotations

import re

from app.lib.roles import ROLES
from app.web.auth import PUBLIC
from tests.architecture.source import templates

OPEN_DOORS = re.compile(
    r"^(healthz|readyz|staff\.(sign_in|second_factor|sign_out|invite|accept|reset|preferences|set_theme|theme)\w*|site\.\w+|static|theme)$"
)


def test_every_route_names_the_role_it_needs(session_app):
    bare = [
        name
        for name, view in session_app.view_functions.items()
        if name != "static" and getattr(view, "permission", None) not in (*ROLES, PUBLIC)
    ]
    assert bare == []


def test_public_routes_are_the_known_few(session_app):
    public = {name for name, view in session_app.view_functions.items() if getattr(view, "permission", None) == PUBLIC}
    assert {name for name in public if not OPEN_DOORS.match(name)} == set()


def test_every_form_that_posts_carries_a_token():
    bare = []
    for name, text in templates():
        for form in re.finditer(r"<form\b[^>]*method=\"post\"[^>]*>(.*?)</form>", text, re.S | re.I):
            if not re.search(r"csrf|hidden_tag|form\.hidden", form.group(1)):
                bare.append(f"{name}: {form.group(0)[:80]}")
    assert bare == []


def test_every_target_of_a_swap_exists():
    ids = {found for _, text in templates() for found in re.findall(r"\bid=\"([^\"{]+)\"", text)}
    wanted = {(name, found) for name, text in templates() for found in re.findall(r"hx-target=\"#([^\"{]+)\"", text)}
    assert {(name, target) for name, target in wanted if target not in ids} == set()


def test_no_inline_style_script_or_handler():
    bad = re.compile(r"\sstyle=\"|<style\b|\son[a-z]+=\"|hx-on|<script>(?!\s*</script>)", re.I)
    assert [(name, found.group(0)) for name, text in templates() for found in [bad.search(text)] if found] == []
