"""The main job by two people: written, approved by keyboard, live on our own site. With JavaScript and without."""

from __future__ import annotations

import re
import time

import httpx
import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("own_reviewer")]


def write(page: Page, title: str, body: str) -> None:
    """New content for our own site, saved; the page is the item's."""
    page.goto("/content/new")
    page.fill("[name=title]", title)
    page.fill("textarea[name=body]", body)
    page.locator("input[name=accounts][data-account=site]").check()
    page.locator("button[name=do][value=save]").first.click()
    expect(page.locator("h1")).to_have_text(title)


def ask(page: Page) -> None:
    page.get_by_role("button", name="Ask for review").click()
    expect(page.locator("main .st").first).to_contain_text("In review")


def publish_now(page: Page, title: str) -> None:
    page.get_by_role("link", name="Publish or schedule").click()
    box = page.locator("label.pick", has_text="site").first.locator("input")
    if not box.is_checked():
        box.check()
    page.get_by_role("button", name=re.compile("^Publish")).click()  # without JavaScript it is "Publish or schedule"
    expect(page.locator("h1")).to_contain_text(title)


def assert_live(page: Page, desk, title: str) -> None:
    """Before long the post stands on the public site; how soon is measured elsewhere, not on a machine full of tests."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if title in httpx.get(f"{desk.url}/site", timeout=30).text:
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"“{title}” is not on the site")


def test_written_asked_approved_by_keyboard_and_live(desk, sign_in):
    title = "A journey with keys 石头与水 🪨"
    author, reviewer = sign_in("admin"), sign_in("reviewer")
    write(author, title, "Five stones, one story. Written by one person, approved by another.")
    ask(author)
    reviewer.keyboard.press("g")
    reviewer.keyboard.press("r")
    expect(reviewer.locator("nav.queue")).to_be_visible()
    while title not in reviewer.locator("h1").inner_text():
        before = reviewer.locator("h1").inner_text()
        reviewer.keyboard.press("j")
        expect(reviewer.locator("h1")).not_to_have_text(before)
    expect(reviewer.locator("[data-resting]")).to_have_count(0)  # what has just come cannot be decided at once
    reviewer.keyboard.press("a")
    expect(reviewer.locator(".snack").first).to_contain_text("Approved")
    author.reload()
    expect(author.locator("main .st").first).to_contain_text("Approved")
    publish_now(author, title)
    assert_live(author, desk, title)
    assert author.problems == [] and reviewer.problems == []  # type: ignore[attr-defined]


def test_the_same_without_javascript(desk, sign_in):
    title = "A journey without scripts"
    author, reviewer = sign_in("admin", js=False), sign_in("reviewer", js=False)
    write(author, title, "Plain forms, plain links.")
    ask(author)
    reviewer.goto("/reviews")
    reviewer.locator("nav.queue a", has_text=title).first.click()
    reviewer.get_by_role("button", name=re.compile("^Approve")).first.click()
    author.reload()
    expect(author.locator("main .st").first).to_contain_text("Approved")
    publish_now(author, title)
    assert_live(author, desk, title)


def test_changes_are_asked_for_with_a_sentence_and_the_author_sees_it(desk, sign_in):
    title = "One claim too many"
    author, reviewer = sign_in("admin"), sign_in("reviewer", width=390)
    write(author, title, "Guaranteed free of algae.")
    ask(author)
    reviewer.goto(author.get_by_role("link", name="Open the review").get_attribute("href") or "")
    reviewer.get_by_role("button", name=re.compile("^(Request changes|Changes)")).click()
    dialog = reviewer.locator("dialog[open]")
    dialog.locator("textarea").fill("“Guaranteed” is a claim we cannot prove.")
    dialog.locator("button.btn-primary").click()
    expect(dialog).to_have_count(0)
    author.reload()
    expect(author.locator("main .st").first).to_contain_text("Changes requested")
    expect(author.locator("main")).to_contain_text("a claim we cannot prove")


def test_an_approval_is_undone_from_the_toast(desk, sign_in):
    title = "Too quick"
    author, reviewer = sign_in("admin"), sign_in("reviewer")
    write(author, title, "Approved by mistake.")
    ask(author)
    reviewer.goto(author.get_by_role("link", name="Open the review").get_attribute("href") or "")
    reviewer.keyboard.press("a")
    expect(reviewer.locator(".snack").first).to_contain_text("Approved")
    reviewer.keyboard.press("z")
    expect(reviewer.locator("h1")).to_have_text(title)
    author.reload()
    expect(author.locator("main .st").first).to_contain_text("In review")
