"""Every endpoint that the code or a template names is a view: a link to one that is not fails only where it is drawn, and a table
that asks first who may open it would leave it out without a word."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from tests.architecture.endpoints import drawn, in_code, in_templates, named, takers_of


def known_in(session_app: Any, path: str) -> set[str]:
    """The endpoints as a module may name them: whole, or with a dot before those of the blueprints it answers for."""
    module = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    own = {name.rpartition(".")[0] for name, view in session_app.view_functions.items() if view.__module__ == module}
    short = {f".{name.rpartition('.')[2]}" for name in session_app.view_functions if name.rpartition(".")[0] in own}
    return set(session_app.view_functions) | short


def test_every_endpoint_that_the_code_names_is_a_view(session_app: Any) -> None:
    assert [(path, name) for path, name in in_code() if name not in known_in(session_app, path)] == []


def test_every_endpoint_that_a_template_names_is_a_view(session_app: Any) -> None:
    """By its whole name: a template is drawn for several rooms."""
    assert [(path, name) for path, name in in_templates() if name not in session_app.view_functions] == []


def test_the_places_that_name_endpoints_are_all_read() -> None:
    """Of each kind one that is there: a reader that went blind would find nothing wrong anywhere."""
    code, pages = set(in_code()), set(in_templates())
    assert {
        ("app/rooms.py", "staff.index"),
        ("app/staff/finder.py", "staff.invite"),
        ("app/accounts/finder.py", "accounts.show"),
        ("app/staff/mail.py", "staff.accept_invite"),
        ("app/staff/views/sign_in.py", "staff.sign_in"),
        ("app/publishing/views/holds.py", ".record"),
        ("app/web/auth.py", "staff.sign_in"),
    } <= code
    assert {
        ("base.html", "theme"),
        ("ui/frame.html", "staff.password"),
        ("publishing/records.html", "publishing.records_csv"),
        ("home/_attention.html", "accounts.reconnect"),
        ("home/_attention.html", "accounts.show"),
    } <= pages


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("url_for('content.shwo', item_id=1)", ["content.shwo"]),
        ("flask.url_for('.recrod')", [".recrod"]),
        ("url_for('content.shwo' if one else 'shwo')", ["content.shwo", "shwo"]),
        ("class Item(NamedTuple):\n  icon: str\n  endpoint: str\nNAV = (Item('home', 'homes'),)", ["homes"]),
        ("def link(text, endpoint): ...\nlink('new', 'content.nwe')\nlink('b', endpoint='c.d')", ["content.nwe", "c.d"]),
        ("SHORTCUTS: tuple = (('acounts.invite', {}, 'Invite a person', 'plus'),)", ["acounts.invite"]),
        ("KINDS = {'item': ('Item', 'accounts.shwo')}", ["accounts.shwo"]),
        ("if request.endpoint in ('static', 'staff.sign_im'): ...", ["staff.sign_im"]),
        ("url_for(endpoint, next='a.b')\nconfig.get('accounts.breaker_after')\nSAVED = 'reviews.queue'", []),
    ],
)  # fmt: skip
def test_an_endpoint_in_the_code_is_read_wherever_it_may_stand(code: str, found: list[str]) -> None:
    tree = ast.parse(code)
    assert list(named(tree, takers_of(tree))) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<a href=\"{{ url_for('content.shwo', item_id=1) }}\">", ["content.shwo"]),
        ("{{ url_for('tehme') }}{{ url_for('.recrod') }}", ["tehme", ".recrod"]),
        ("{{ url_for('content.edti' if can('editor') else 'content.shwo') }}", ["content.edti", "content.shwo"]),
        ("{% for endpoint, text in [('staff.profil', 'My profile')] %}{{ url_for(endpoint) }}{% endfor %}", ["staff.profil"]),
        ("{{ ui.export('publishing.record_csv', page) }}", ["publishing.record_csv"]),
        ("{% call ui.form(action='content.nwe') %}{{ 'content.shwo' }}{% endcall %}", ["content.nwe", "content.shwo"]),
        ("{% extends 'base.html' %}{{ asset('mark.svg') }}{{ rows | map(attribute='account.id') | list }}", []),
    ],
)  # fmt: skip
def test_an_endpoint_in_a_template_is_read_wherever_it_may_stand(text: str, found: list[str]) -> None:
    assert sorted(drawn(text)) == sorted(found)
