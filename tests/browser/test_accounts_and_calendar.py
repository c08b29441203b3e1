"""Connecting an account, moving a post in the calendar, the palette and settings in real Chromium; without JavaScript too."""

from __future__ import annotations

import re
import time
from datetime import date, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
STATUS = "#health .st"


def clean(page) -> list[str]:
    return [violation["id"] for violation in Axe().run(page).response["violations"]]


def test_a_new_account_turns_active_before_ones_eyes(sign_in):
    page = sign_in("admin")
    page.goto("/accounts")
    page.click("text=Connect an account")
    page.click("a[aria-label='Connect Sandbox']")
    page.fill("[name=name]", "Proof of sign-in")
    page.click("button:has-text('Connect Sandbox')")
    page.wait_for_url(re.compile(r"/accounts/[0-9a-f-]{36}$"))
    page.locator(STATUS, has_text="Active").first.wait_for()
    assert clean(page) == [] and page.problems == []


def test_a_refused_account_says_so_and_is_paused_and_disconnected_without_javascript(sign_in):
    page = sign_in("admin", js=False)
    page.goto("/accounts/connect/sandbox")
    page.fill("[name=name]", "Locked out")
    page.select_option("[name=config_behaviour]", "locked_out")
    page.click("button:has-text('Connect Sandbox')")
    deadline = time.monotonic() + 60
    while "did not accept this sign-in" not in page.inner_text("main") and time.monotonic() < deadline:
        page.wait_for_timeout(50)
        page.reload()
    assert "The sandbox refuses this account." in page.inner_text("#health")
    page.click("main >> text=Pause")
    page.fill("[name=why]", "Asking the owner")
    page.click("main button:has-text('Pause')")
    assert "Paused" in page.inner_text("#health") and "Asking the owner" in page.inner_text("main")
    page.click("main >> text=Disconnect")
    page.click("main button:has-text('Disconnect')")
    page.wait_for_url("**/accounts")
    assert "Locked out" not in page.inner_text("#results")


def test_a_token_in_the_wrong_field_is_not_shown_again(sign_in):
    page = sign_in("admin")
    page.goto("/accounts/connect/mastodon")
    page.fill("[name=name]", "Bearer abcdefghijklmnop1234")
    page.fill("[name=config_instance]", "10.0.0.5")
    page.fill("[name=secret_access_token]", "abcdefgh12345678abcd")
    page.click("button:has-text('Connect Mastodon')")
    page.wait_for_selector(".note.st-bad")
    said = page.inner_text("main")
    assert "looks like a sign-in header" in said and "private or reserved address" in said
    assert page.input_value("[name=name]") == "" and page.input_value("[name=config_instance]") == "10.0.0.5"
    assert page.input_value("[name=secret_access_token]") == "" and "abcdefghijklmnop" not in page.content()
    assert clean(page) == []


def planned(page) -> str:
    """The address of the first entry that can be moved, two months around now."""
    for address in ("", page.locator("a[aria-label^='Next']").get_attribute("href")):
        page.goto(address or "/calendar?view=month")
        entry = page.locator("li:not([data-locked]) > a.ev.st-plan").first
        if entry.count():
            return entry.get_attribute("href")
    pytest.fail("the demo desk has nothing scheduled")


def test_a_scheduled_post_is_moved_in_the_dialog_and_by_a_page_without_javascript(sign_in):
    page = sign_in("admin")
    page.goto("/calendar")
    address = planned(page)
    page.locator(f"a[href='{address}']").first.click()
    dialog = page.locator("dialog#move[open]")
    dialog.wait_for()
    assert clean(page) == []
    last = date.fromisoformat(dialog.locator("[name=day]").input_value()) + timedelta(days=400)
    dialog.locator("[name=day]").fill(last.isoformat())
    dialog.locator("[name=time]").fill("09:15")
    dialog.locator("button:has-text('Move')").click()
    expect(page.locator("main")).to_contain_text("nothing goes out from then on")  # its campaign has ended by then
    day = (last - timedelta(days=399)).isoformat()
    page.fill("main [name=day]", day)
    page.click("main button:has-text('Move')")
    page.locator("#toasts", has_text="Moved").wait_for()
    plain = sign_in("admin", js=False)
    plain.goto(address)
    assert plain.input_value("[name=day]") == day and plain.input_value("[name=time]") == "09:15"
    plain.fill("[name=time]", "10:45")
    plain.click("main button:has-text('Move')")
    plain.goto(f"/calendar?view=list&date={day}")
    assert "10:45" in plain.inner_text("#results")


def test_the_palette_finds_and_opens(sign_in):
    page = sign_in("admin")
    page.keyboard.press("Control+k")
    page.keyboard.type("quiet filter")
    found = page.locator("#pal-found [role=option]").first
    found.wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/(content|records)/[0-9a-f-]{36}"))
    assert page.problems == []


def test_charts_are_drawn_from_the_table_and_read_by_keyboard(sign_in):
    page = sign_in("admin")
    page.goto("/metrics")
    page.wait_for_selector("figure.chart canvas")
    assert page.locator("figure.chart canvas").count() == 3
    page.locator(".chart-box").first.focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("figure.chart [aria-live]").first.inner_text() != ""
    assert clean(page) == []


def test_a_setting_is_changed_and_its_history_shown(sign_in):
    page = sign_in("admin")
    page.goto("/settings")
    page.fill("[name='accounts.expiry_notice_days']", "ten")
    page.click("button:has-text('Save settings')")
    page.wait_for_selector(".invalid-feedback")
    assert (
        "Enter a whole number" in page.inner_text("main")
        and page.input_value("[name='accounts.expiry_notice_days']") == "ten"
    )
    page.fill("[name='accounts.expiry_notice_days']", "9")
    page.click("button:has-text('Save settings')")
    page.locator("#toasts", has_text="1 setting saved").wait_for()
    assert "changed it" in page.inner_text("main") and clean(page) == []
