"""The list, the file, the entry: for admins, and garbage never breaks them."""

from __future__ import annotations

import csv
import io

import pytest

from app.audit.actions import record
from app.audit.queries import timeline
from app.core import actor

MARA = actor.Actor(type="human", id="7", name="Mara Voss", trace_id="a" * 32, ip="203.0.113.9")


@pytest.fixture
def admin(as_user, commit):
    browser = as_user("admin")
    with actor.acting(MARA):
        commit(record, "content.create", ("content_items", "11"), label="Five stones", title=[None, "Five stones"])
        commit(record, "content.save_version", ("content_items", "11"), label="Five stones", note="=1+1")
    commit(
        record,
        "accounts.verify",
        ("platform_credentials", "12"),
        severity="error",
        success=False,
        error="Instance does not answer",
    )
    return browser


def text(answer, status=200):
    assert answer.status_code == status
    return answer.get_data(as_text=True)


def test_it_lists_newest_first(admin):
    page = text(admin.get("/audit")).split('id="results"')[1]
    assert page.index("Account checked") < page.index("New version saved") < page.index("Create")
    assert "Mara Voss" in page and "Five stones" in page


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("q=five+STONES", "New version saved", "does not answer"),
        ("severity=error", "does not answer", "New version saved"),
        ("outcome=no", "does not answer", "New version saved"),
        ("who=human", "New version saved", "does not answer"),
        ("actor=7", "New version saved", "does not answer"),
        ("entity=platform_credentials", "does not answer", "Five stones"),
        ("action=content.create", "Five stones", "does not answer"),
        ("trace=" + "a" * 32, "New version saved", "does not answer"),
        ("since=24h", "New version saved", "nothing hidden"),
        ("id=12", "does not answer", "Five stones"),
    ],
)
def test_filters_narrow_it(admin, query, shown, hidden):
    region = text(admin.get(f"/audit?{query}", headers={"HX-Request": "true", "HX-Target": "results"}))
    assert "<html" not in region and shown in region and hidden not in region


@pytest.mark.parametrize(
    "query",
    [
        "sort=--x",
        "sort=password",
        "after=garbage",
        "before=%FF%FE",
        "severity=x",
        "since=7",
        "actor=%27",
        "q=%25_%5C",
        "after=W10",
        "page=-1",
        "q=" + "x" * 3000,
    ],
)
def test_garbage_in_the_query_string_means_nothing(admin, query):
    text(admin.get(f"/audit?{query}"))
    assert admin.get(f"/audit.csv?{query}").status_code == 200


@pytest.mark.parametrize(
    "key",
    [
        "x",
        "1",
        "1-2",
        "-",
        "99999999999999999999999-01a1f0f0-0000-7000-8000-000000000000",
        "1700000000000000-01a1f0f0-0000-7000-8000-000000000000",
        "%00",
        "..%2F",
    ],
)
def test_garbage_as_an_id_is_not_found(admin, key):
    assert admin.get(f"/audit/{key}").status_code == 404


def test_an_entry_shows_all_it_knows(admin):
    page = text(admin.get("/audit?action=content.create"))
    path = page.split('class="row-title" href="')[1].split('"')[0]
    entry = text(admin.get(path))
    for word in ("Five stones", "203.0.113.9", "a" * 32, "Mara Voss", "New version saved"):
        assert word in entry


def test_the_file_holds_the_same_rows_and_no_formula(admin):
    rows = list(csv.DictReader(io.StringIO(text(admin.get("/audit.csv?q=stones")).lstrip("\ufeff"))))
    assert [row["action"] for row in rows] == ["content.save_version", "content.create"]
    assert rows[0]["note"] == "'=1+1"


def test_paging_shows_each_entry_once(admin, commit):
    def many():
        for n in range(120):
            record("x.page", ("t", str(n)), label=f"thing-{n:03}")

    commit(many)
    seen, url = [], "/audit?action=x.page"
    while url:
        page = text(admin.get(url))
        seen += [part[:3] for part in page.split("thing-")[1:]]
        url = (
            page.split('" rel="next"')[0].rsplit('href="', 1)[1].replace("&amp;", "&") if 'rel="next"' in page else None
        )
    assert len(seen) == 120 == len(set(seen))


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_it_is_for_admins(as_user, role):
    browser = as_user(role)
    assert browser.get("/audit").status_code == 403
    assert browser.get("/audit.csv").status_code == 403
    assert "Access refused" in text(as_user("admin").get("/audit"))


def test_the_timeline_of_one_thing(admin, commit):
    rows = commit(timeline, "content_items", "11")
    assert [row.title for row in rows] == ["New version saved", "Create"]
    assert rows[1].changes == [("Title", "", "Five stones")] and rows[0].who == "Mara Voss"


@pytest.mark.parametrize(
    "path",
    ["/audit", "/audit?action=content.create&entity=content_items&since=7d&q=five", "/staff", "/staff?q=a", "/me"],
)
def test_no_page_needs_more_than_twelve_statements(admin, path, statements):
    with statements() as counted:
        text(admin.get(path))
    assert 2 <= len(counted) <= 12, counted
