"""Accounts in the browser, without JavaScript: connect, what is refused and how, pause, rules, reconnect, disconnect."""

from __future__ import annotations

import re
from typing import Any

import pytest

from app.accounts import queries, unseal
from app.core import queue
from app.core.db import db
from tests.factories import make_account, make_item, make_record, make_user

TOKEN = "Zq8mK2vTx7LpR4wN9sYb"


@pytest.fixture
def desk(as_user: Any) -> Any:
    return as_user("operator")


def text(answer: Any) -> str:
    found: str = answer.get_data(as_text=True)
    return found


def fresh(account: Any) -> Any:
    db.session.expire_all()
    return queries.by_id(account.id)


def test_connecting_needs_no_password_for_our_own_site(desk: Any) -> None:
    answer = desk.post("/accounts/connect/site", data={"name": "Aqua Journal"})
    account = queries.by_name("site", "Aqua Journal")
    assert answer.status_code == 303 and answer.location == f"/accounts/{account.id}" and account.status == "checking"
    assert queue.worker_client().llen("rq:queue:default") == 1


def test_the_form_is_made_of_the_connectors_card(desk: Any) -> None:
    page = text(desk.get("/accounts/connect/mastodon"))
    assert 'name="secret_access_token"' in page and 'type="password"' in page and 'name="config_instance"' in page
    assert "Preferences → Development" in page


@pytest.mark.parametrize(
    "form, words",
    [
        ({"name": "", "config_instance": "mastodon.social", "secret_access_token": TOKEN}, "Enter a name"),
        ({"name": "M", "config_instance": "", "secret_access_token": TOKEN}, "Enter the instance"),
        ({"name": "M", "config_instance": "127.0.0.1", "secret_access_token": ""}, "Enter the access token"),
        ({"name": "M", "config_instance": "http://10.0.0.5", "secret_access_token": TOKEN}, "private or reserved address"),
        ({"name": "M", "config_instance": "https://[fe80::1]", "secret_access_token": TOKEN}, "private or reserved address"),
        ({"name": "M", "config_instance": "http://169.254.169.254/latest", "secret_access_token": TOKEN}, "private or reserved address"),
        ({"name": "M", "config_instance": "nowhere.invalid", "secret_access_token": TOKEN}, "No server is known"),
        ({"name": "M", "config_instance": "https://me:pw@mastodon.social", "secret_access_token": TOKEN}, "It was not kept"),
        ({"name": "M", "config_instance": "ftp://mastodon.social", "secret_access_token": TOKEN}, "That is not a web address"),
        ({"name": "M", "config_instance": "127.0.0.1", "secret_access_token": "https://mastodon.social/@me"}, "looks like an address"),
        ({"name": "M", "config_instance": "127.0.0.1", "secret_access_token": "short"}, "not like the access token"),
        ({"name": TOKEN + "99Ab", "config_instance": "127.0.0.1", "secret_access_token": TOKEN}, "looks like a token"),
        ({"name": "M", "config_instance": "eyJhbGciOi.eyJzdWIiOiIxIn0.c2ln", "secret_access_token": TOKEN}, "looks like a session token"),
    ],
)  # fmt: skip
def test_a_wrong_entry_is_named_and_nothing_is_kept(desk: Any, form: dict[str, str], words: str) -> None:
    answer = desk.post("/accounts/connect/mastodon", data=form)
    page = text(answer)
    assert answer.status_code == 422 and words in page, page[page.find("invalid-feedback") :][:400]
    assert TOKEN not in page, "a secret came back"
    assert queries.connected_accounts() == []
    if "looks like" not in words and form["name"]:
        assert f'value="{form["name"]}"' in page, "what was typed is lost"


def test_a_bare_host_is_taken_for_https(desk: Any) -> None:
    desk.post(
        "/accounts/connect/mastodon", data={"name": "M", "config_instance": "localhost/", "secret_access_token": TOKEN}
    )
    assert queries.by_name("mastodon", "M").configuration["instance"] == "https://localhost"


def test_a_name_is_connected_once(desk: Any, commit: Any) -> None:
    commit(make_account, "sandbox", name="Proof")
    answer = desk.post("/accounts/connect/sandbox", data={"name": "Proof", "config_behaviour": "ok"})
    assert answer.status_code == 422 and "connected already" in text(answer)


def test_reconnecting_keeps_an_empty_secret_and_checks_again(desk: Any, commit: Any) -> None:
    account = commit(
        make_account,
        "mastodon",
        status="invalid",
        secrets={"access_token": TOKEN},
        configuration={"instance": "https://localhost"},
    )
    page = text(desk.get(f"/accounts/{account.id}/reconnect"))
    assert "Leave empty to keep the one we have" in page and TOKEN not in page and "https://localhost" in page
    form = {"name": account.account_name, "config_instance": "https://LOCALHOST/", "secret_access_token": ""}
    assert desk.post(f"/accounts/{account.id}/reconnect", data=form).status_code == 303
    account = fresh(account)
    assert account.status == "checking" and unseal.unseal(account).secrets == {"access_token": TOKEN}


def test_pausing_and_resuming_by_hand(desk: Any, commit: Any) -> None:
    account = commit(make_account, "site")
    assert "until somebody resumes it" in text(desk.get(f"/accounts/{account.id}/pause"))
    assert desk.post(f"/accounts/{account.id}/pause", data={"why": "Holiday"}).status_code == 303
    assert not fresh(account).is_usable and "Holiday" in text(desk.get(f"/accounts/{account.id}"))
    assert desk.post(f"/accounts/{account.id}/pause").status_code == 409
    assert desk.post(f"/accounts/{account.id}/resume").status_code == 303
    assert fresh(account).is_usable


def test_posting_rules_are_kept_and_two_editors_do_not_overwrite_each_other(desk: Any, commit: Any) -> None:
    account = commit(make_account, "site")
    form = {"version": "1", "slots": "Mon, Thu 9:00 18:30", "min_gap": "30", "max_per_day": "4", "on_absent": "ask"}
    assert desk.post(f"/accounts/{account.id}/rules", data=form).status_code == 303
    assert fresh(account).configuration == {
        "slots": [[0, "09:00"], [0, "18:30"], [3, "09:00"], [3, "18:30"]],
        "slots_zone": "UTC",
        "min_gap": 30,
        "max_per_day": 4,
        "on_absent": "ask",
    }
    assert desk.post(f"/accounts/{account.id}/rules", data=form | {"min_gap": "5"}).status_code == 409
    bad = desk.post(
        f"/accounts/{account.id}/rules", data=form | {"version": "2", "slots": "Mon 25:00", "min_gap": "ten"}
    )
    assert bad.status_code == 422 and "is not a time" in text(bad) and "Mon 25:00" in text(bad)


def test_slots_keep_their_zone_whoever_saves_the_rules(as_user: Any, commit: Any) -> None:
    """(J27) Made in Berlin, saved by somebody in Tokyo who changed the cap alone."""
    slots = {"slots": [[0, "09:00"]], "slots_zone": "Europe/Berlin"}
    account = commit(make_account, "site", configuration=slots)
    tokyo = as_user(commit(make_user, "operator", preferences={"timezone": "Asia/Tokyo"}))
    page = text(tokyo.get(f"/accounts/{account.id}/rules"))
    assert 'value="Europe/Berlin"' in page and "Your own is Asia/Tokyo" in page
    form = {"version": "1", "slots": "Mon 09:00", "max_per_day": "4"}
    assert tokyo.post(f"/accounts/{account.id}/rules", data=form).status_code == 303
    assert fresh(account).configuration == {**slots, "max_per_day": 4}
    form |= {"version": "2", "slots_zone": "tokyo"}
    assert tokyo.post(f"/accounts/{account.id}/rules", data=form).status_code == 303
    assert fresh(account).configuration["slots_zone"] == "Asia/Tokyo"


def test_slots_without_a_zone_are_in_utc_and_a_zone_that_is_none_is_refused(as_user: Any, commit: Any) -> None:
    account = commit(make_account, "site", configuration={"slots": [[0, "09:00"]]})
    tokyo = as_user(commit(make_user, "operator", preferences={"timezone": "Asia/Tokyo"}))
    assert 'value="UTC"' in text(tokyo.get(f"/accounts/{account.id}/rules"))
    form = {"version": "1", "slots": "Mon 09:00", "slots_zone": "Mars/Olympus"}
    refused = tokyo.post(f"/accounts/{account.id}/rules", data=form)
    assert refused.status_code == 422 and "Choose a time zone" in text(refused) and "Mars/Olympus" in text(refused)
    assert tokyo.post(f"/accounts/{account.id}/rules", data=form | {"slots": ""}).status_code == 303


def test_a_form_that_names_none_of_its_fields_is_refused_in_words(desk: Any, commit: Any) -> None:
    """A number that the page put into a text field is still there then; its bound must not stumble over it."""
    account = commit(make_account, "site")
    assert desk.post(f"/accounts/{account.id}/rules", data={}).status_code in (303, 409, 422)
    assert desk.post(f"/accounts/{account.id}/rules", data={"min_gap": "30"}).status_code in (303, 409, 422)


def test_renaming_refuses_a_taken_name(desk: Any, commit: Any) -> None:
    first, _ = commit(make_account, "site", name="One"), commit(make_account, "site", name="Two")
    assert desk.post(f"/accounts/{first.id}/name", data={"name": "Two"}).status_code == 422
    assert desk.post(f"/accounts/{first.id}/name", data={"name": "Three"}).status_code == 303
    assert fresh(first).account_name == "Three"


def test_disconnecting_says_what_waits_and_forgets_the_secret(desk: Any, commit: Any) -> None:
    account = commit(make_account, "sandbox", secrets={"token": TOKEN})
    commit(make_record, account=account, platform="sandbox")
    assert "1 post waits" in text(desk.get(f"/accounts/{account.id}/disconnect"))
    assert desk.post(f"/accounts/{account.id}/disconnect").status_code == 303
    assert fresh(account).credentials == {}
    assert desk.get(f"/accounts/{account.id}/reconnect").status_code == 404
    assert "Connect again" in text(desk.get(f"/accounts/{account.id}"))


def test_the_list_shows_what_waits(desk: Any, commit: Any) -> None:
    account = commit(make_account, "sandbox", name="Busy")
    for status in ("pending", "failed", "unknown"):
        commit(make_record, account=account, platform="sandbox", status=status)
    page = text(desk.get("/accounts?status=active"))
    assert "Busy" in page and "1 failed" in page and "1 unknown" in page
    assert "Busy" not in text(desk.get("/accounts?status=paused"))


def test_the_publish_page_offers_the_next_free_slot(desk: Any, commit: Any) -> None:
    account = commit(
        make_account,
        "site",
        configuration={"slots": [[day, "09:00"] for day in range(7)], "slots_zone": "Africa/Addis_Ababa"},
    )
    item = commit(make_item, status="approved", accounts=[account])
    page = text(desk.get(f"/content/{item.id}/publish"))
    link = re.search(r'href="([^"]*slot=[^"]+)"', page)
    assert link and "Next free slot" in page
    filled = text(desk.get(link[1].replace("&amp;", "&")))
    assert 'value="06:00"' in filled, "09:00 in Addis Ababa, shown in the reader's zone"


def test_the_list_as_csv_follows_the_filters_and_holds_no_secret(desk: Any, commit: Any) -> None:
    commit(
        make_account,
        "mastodon",
        name="One",
        secrets={"access_token": TOKEN},
        configuration={"instance": "https://localhost"},
    )
    commit(make_account, "sandbox", name="=Two", status="invalid")
    lines = text(desk.get("/accounts/all.csv")).lstrip("\ufeff").splitlines()
    assert lines[0].startswith("account,platform,signed in as,status") and len(lines) == 3
    assert "'=Two" in "\n".join(lines) and TOKEN not in "\n".join(lines) and "v1.test" not in "\n".join(lines)
    assert len(text(desk.get("/accounts/all.csv?status=invalid")).splitlines()) == 2
