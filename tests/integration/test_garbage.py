"""Garbage in addresses, query strings and forms: a clear answer, never a fault."""

from __future__ import annotations

import uuid

import pytest

GARBAGE = ("x", "0", "' OR 1=1 --", "%00", "../../etc/passwd", "𝕏" * 40, str(uuid.UUID(int=0)))
QUERY = "?q=%00%F0%9F%92%A9'\"<b>&sort=-%3B&after=!!&before=e30&view=..&status=%27&platform=%00&since=nan&page=-1&month=99&day=x&from=x&to=y&next=//evil.example"
CURSORS = ("e30", "W10", "WyJ4IiwieSJd", "bnVsbA", "WzEsMl0", "WyIyMDI2LTExLTIwIiwgIngiXQ")

NAMES = (
    "id", "title", "body", "name", "email", "password", "note", "reason", "link", "full_name", "role", "zone", "timezone", "day", "time",
    "at", "on", "plan_at", "plan_on", "item", "base", "accounts", "campaign", "goal", "query", "url", "version", "theme", "account", "post",
)  # fmt: skip


def rules(app, method: str):
    return [rule for rule in app.url_map.iter_rules() if method in (rule.methods or ()) and rule.endpoint != "static"]


def address(rule, value: str) -> str:
    path = str(rule)
    for name in rule.arguments:
        for kind in ("", "uuid:", "string:", "path:", "int:"):
            path = path.replace(f"<{kind}{name}>", value.replace("/", "%2F"))
    return path


@pytest.mark.parametrize("value", GARBAGE)
def test_no_address_with_garbage_is_a_fault(app, as_user, value):
    browser = as_user("admin")
    app.config["PROPAGATE_EXCEPTIONS"] = False
    try:
        bad = {}
        for rule in (r for r in rules(app, "GET") if r.arguments):
            answer = browser.get(address(rule, value))
            if answer.status_code not in (200, 302, 303, 304, 308, 400, 404):
                bad[address(rule, value)] = answer.status_code
        assert bad == {}
    finally:
        app.config["PROPAGATE_EXCEPTIONS"] = None


def test_no_query_string_is_a_fault(app, as_user):
    browser = as_user("admin")
    bad = {}
    for rule in (r for r in rules(app, "GET") if not r.arguments):
        for query in (
            QUERY,
            QUERY.replace("%00", ""),
            *(f"?after={c}" for c in CURSORS),
            *(f"?before={c}" for c in CURSORS),
        ):
            answer = browser.get(str(rule) + query)
            answer.get_data()
            if answer.status_code not in (200, 302, 303, 304, 400, 404):
                bad[str(rule) + query] = answer.status_code
    assert bad == {}


def test_no_form_that_is_empty_or_odd_is_a_fault(app, as_user):
    browser = as_user("admin")
    bad = {}
    for rule in rules(app, "POST"):
        if rule.endpoint in ("staff.sign_out", "staff.revoke_others"):
            continue
        path = address(rule, str(uuid.UUID(int=7)))
        for form in (
            {},
            dict.fromkeys(NAMES, "a\x00b"),
            dict.fromkeys(NAMES, "9" * 400),
            {
                "id": "x",
                "artifact_id": "x",
                "content_hash": "'",
                "at": "25:61",
                "decision": "?",
                "version": "x",
                "accounts": "x",
            },
        ):
            answer = browser.post(path, data=form)
            if answer.status_code >= 500:
                bad[f"{path} {form}"] = answer.status_code
    assert bad == {}


JSON = (
    b"5",
    b"[1]",
    b"null",
    b"{",
    b"[" * 1000 + b"]" * 1000,
    b'{"email": 5, "title": [1], "note": {"a": null}, "id": 7}',
)


@pytest.mark.parametrize("who", ["admin", None])
@pytest.mark.parametrize("body", JSON, ids=range(len(JSON)))
def test_json_is_no_form(app, as_user, who, body):
    """(S15) Flask-WTF reads a form's fields from any JSON: 139 faults at 21 addresses, three of them open to everybody."""
    browser = as_user(who) if who else app.test_client()
    app.config["PROPAGATE_EXCEPTIONS"] = False
    try:
        bad = {}
        for rule in rules(app, "POST"):
            answer = browser.post(address(rule, str(uuid.UUID(int=0))), data=body, content_type="application/json")
            if answer.status_code >= 500:
                bad[str(rule)] = answer.status_code
            if rule.endpoint == "staff.sign_out":
                browser = as_user(who) if who else browser
        assert bad == {}
    finally:
        app.config["PROPAGATE_EXCEPTIONS"] = None


@pytest.mark.parametrize("amount", ["sNaN", "NaN", "Infinity", "-Infinity", "1e9999", "1e-9999"])
def test_what_is_called_a_number_and_is_none_is_refused_beside_its_field(as_user, amount):
    """(S15) Decimal knows them; a signaling NaN compares with nothing: 500."""
    answer = as_user("admin").post("/campaigns", data={"name": "C", "goal": "g", "budget_cap": amount})
    assert answer.status_code in (303, 422) and (amount != "sNaN" or "Enter a number" in answer.text)


def test_a_referer_that_is_no_address_is_nobodys_fault(as_user):
    answer = as_user("viewer").post("/theme", data={"theme": "dark"}, headers={"Referer": "http://[::1"})
    assert answer.status_code == 303 and answer.location == "/"
