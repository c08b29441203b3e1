"""Records, questions and holds in real Chromium: by keyboard, by hasty fingers, offline, and without JavaScript."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.browser
SAID = "Wrong price in every text"


def rows(page) -> list[str]:
    return page.locator("a.row-title").all_inner_texts()


def clean(page) -> list[str]:
    return [violation["id"] for violation in Axe().run(page).response["violations"]]


def test_the_list_is_worked_by_keyboard(sign_in):
    page = sign_in("admin")
    page.keyboard.press("g")
    page.keyboard.press("p")
    page.wait_for_url("**/records")
    page.keyboard.press("/")
    page.keyboard.type("shrimp")
    page.wait_for_url("**/records?q=shrimp")
    page.wait_for_function("document.querySelectorAll('a.row-title').length < 4")
    assert "Cherry shrimp, day one" in rows(page)
    assert page.evaluate("document.activeElement.id") == "q", "the results came without taking the focus"
    page.select_option("select[name=platform]", "site")
    page.wait_for_url("**/records?q=shrimp&platform=site")
    page.go_back()
    page.wait_for_url("**/records?q=shrimp")
    assert page.problems == []


def test_ticked_records_show_what_can_be_done_with_them(sign_in):
    page = sign_in("admin")
    page.goto("/records")
    assert page.locator(".bulk").first.is_hidden()
    page.check("[data-pick-all]")
    page.wait_for_selector(".bulk:visible")
    assert re.search(r"\d+ records selected", page.inner_text("[data-count]"))
    assert clean(page) == []
    page.uncheck("[data-pick-all]")
    published = page.locator("tr", has_text="Published").first.locator("[data-pick]")
    published.check()
    assert page.locator("[data-can=replay]").is_disabled() and page.locator("[data-can=cancel]").is_disabled()


def test_palette_keys_and_menu_open_close_and_are_clean(sign_in):
    page = sign_in("admin")
    page.goto("/records")
    page.keyboard.press("Control+k")
    page.keyboard.type("quiet")
    page.wait_for_selector("#pal-found [role=option]")
    assert clean(page) == []
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/(content|records)/"))
    page.keyboard.press("?")
    page.wait_for_selector("#keys[open]")
    assert clean(page) == []
    page.keyboard.press("Escape")
    page.click(".user-menu > button")
    page.wait_for_selector(".user-menu .dropdown-menu.show")
    assert clean(page) == [] and page.problems == []


def test_the_theme_is_remembered_with_and_without_javascript(sign_in):
    for js in (True, False):
        page = sign_in("admin", js=js)
        page.goto("/records")
        page.click("[data-theme-toggle]")
        page.wait_for_selector("html[data-bs-theme=dark]", state="attached")
        page.reload()
        assert page.get_attribute("html", "data-bs-theme") == "dark", f"js={js}"
        assert page.url.endswith("/records")
        page.click("[data-theme-toggle]")
        page.wait_for_selector("html[data-bs-theme=light]", state="attached")
        page.reload()
        assert page.get_attribute("html", "data-bs-theme") == "light", f"js={js}"


def test_a_dialog_asks_before_what_cannot_be_undone(sign_in):
    page = sign_in("admin")
    page.goto("/records?view=scheduled")
    page.locator("a.row-title").first.click()
    page.wait_for_url(re.compile(r"/records/[0-9a-f-]{36}$"))
    page.click("[data-open='#cancel']")
    page.wait_for_selector("#cancel[open]")
    assert clean(page) == []
    page.click("#cancel >> text=Keep it")
    assert not page.evaluate("document.querySelector('#cancel').open")


def test_three_presses_hold_everything_once_and_a_reason_releases_it(sign_in):
    page, posts = sign_in("admin"), []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    page.goto("/holds?stop=1")
    page.fill("[name=note]", SAID)
    page.evaluate(
        "document.querySelectorAll('form.card .btn-reject').forEach((b) => { b.click(); b.click(); b.click(); })"
    )
    page.wait_for_url("**/holds")
    page.wait_for_selector(".snack")
    try:
        assert len(posts) == 1
        page.goto("/records")
        assert SAID in page.inner_text("#stopped") and clean(page) == []
    finally:
        page.goto("/holds")
        page.locator("li", has_text=SAID).locator("text=Release").click()
        page.fill("[name=note]", "Corrected")
        page.click("main button.btn-primary")
        page.wait_for_url("**/holds")
    assert "released by" in page.inner_text("main")


def test_offline_a_panel_says_so_and_changes_nothing(sign_in):
    page = sign_in("admin")
    page.goto("/records")
    before = rows(page)
    page.context.set_offline(True)
    page.fill("#q", "anything")
    page.wait_for_selector(".snack")
    assert "No connection" in page.inner_text(".snack") and rows(page) == before
    page.context.set_offline(False)


def test_without_javascript_everything_on_a_phone_can_be_reached_and_done(sign_in):
    page = sign_in("admin", js=False, width=390)
    page.goto("/records")
    page.fill("#q", "quiet filter")
    page.click("text=Filter")
    page.wait_for_url("**/records?q=quiet*")
    assert rows(page) == ["The quiet filter, tested"]
    page.click("a.row-title")
    page.click("text=Look and say")
    page.click("text=Save answer")
    page.wait_for_selector("text=Choose one of the three answers")
    page.check("[value=there]")
    page.click("text=Save answer")
    page.wait_for_selector("text=Paste the link")
    assert page.is_checked("[value=there]")
    page.fill("[name=link]", "https://x.example/posts/42")
    page.click("text=Save answer")
    page.wait_for_url(re.compile(r"/records/[0-9a-f-]{36}$"))
    assert (
        "Published" in page.inner_text("main")
        and page.get_attribute("main a:has-text('Open post')", "href") == "https://x.example/posts/42"
    )
    assert page.locator(".side-link", has_text="Calendar").is_visible() and page.locator("text=Sign out").is_visible()
