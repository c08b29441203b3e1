"""The review queue under the hands of a reviewer: keys, dialogs, focus, undo, two people at once."""

from __future__ import annotations

import itertools
import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.test_main_journey import ask, write

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("own_reviewer")]
serial = itertools.count(1)


def expect_focus(page: Page, element: str) -> None:
    """The element has the focus; htmx gives it a moment after the swap."""
    expect(page.locator(f"#{element}")).to_be_focused()


def open_item(page: Page, title: str) -> None:
    page.goto("/reviews")
    page.locator("nav.queue a", has_text=title).first.click()
    expect(page.locator("h1")).to_have_text(title)
    expect_focus(page, "item-h")
    expect(page.locator("[data-resting]")).to_have_count(0)  # what came by itself takes no press for a moment


@pytest.fixture
def two(sign_in):
    """The author's page and the titles of two items that wait."""
    author = sign_in("admin")
    titles = [f"Queue by keys, {next(serial)}" for _ in range(2)]
    for title in titles:
        write(author, title, f"{title}: a text of its own.")
        ask(author)
    return author, titles


def test_reject_by_keyboard_then_the_next_item_then_undo(two, sign_in):
    _, (first, second) = two
    page = sign_in("reviewer")
    open_item(page, first)
    expect_focus(page, "item-h")
    page.keyboard.press("2")
    expect(page).to_have_url(re.compile("view=changes"))
    page.keyboard.press("r")
    expect(page.locator("dialog[open] textarea")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.locator("#why-reject")).not_to_be_focused()
    page.keyboard.press("r")
    page.keyboard.type("Not this month, please.")
    page.get_by_role("button", name="Reject item").click()
    expect(page.locator("h1")).not_to_have_text(first)
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.locator("nav.queue a", has_text=first)).to_have_count(0)
    expect_focus(page, "item-h")
    page.keyboard.press("z")
    expect(page.locator("h1")).to_have_text(first)
    expect(page.locator(".snack").first).to_contain_text("Undone")
    expect_focus(page, "item-h")
    page.keyboard.press("a")
    expect(page.locator("nav.queue a", has_text=first)).to_have_count(0)
    assert page.problems == []  # type: ignore[attr-defined]


def test_a_sentence_that_loses_its_dialog_decides_nothing(two, sign_in):
    """J, R and a sentence, faster than the server: the letters were meant for the dialog, and one of them is an A."""
    _, (first, second) = two
    page = sign_in("reviewer")
    open_item(page, first)
    late: list[Route] = []
    page.route(re.compile("/reviews/"), lambda route: late.append(route))
    with page.expect_request(re.compile("/reviews/")):
        page.keyboard.press("j")
    page.keyboard.press("r")
    expect(page.locator("dialog[open] textarea")).to_be_focused()
    page.keyboard.type("Not")
    late[0].continue_()
    page.unroute_all()
    expect(page.locator("h1")).not_to_have_text(first)
    page.keyboard.type("at all", delay=50)
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.wait_for_function("() => new Promise(free => setTimeout(() => free(true), 800))")
    page.keyboard.press("k")
    expect(page.locator("h1")).to_have_text(first)
    for title in (first, second):
        expect(page.locator("nav.queue a", has_text=title)).to_have_count(1)


def test_a_refused_sentence_keeps_the_dialog_open_with_its_message(two, sign_in):
    _, (_, second) = two
    page = sign_in("reviewer", width=390)
    page.goto(f"/reviews/all?q={second.replace(' ', '+')}&status=open")
    page.locator("main a.row-title").first.click()
    page.get_by_role("button", name=re.compile("Changes")).click()
    dialog = page.locator("dialog[open]")
    dialog.locator("form").evaluate("form => { form.noValidate = true }")
    dialog.get_by_role("button", name="Request changes").click()
    expect(page.locator("dialog[open] .invalid-feedback")).to_contain_text("Say in a sentence what should change")
    page.locator("dialog[open] textarea").fill("Say what happened in our tank.")
    page.locator("dialog[open]").get_by_role("button", name="Request changes").click()
    expect(page.locator(".snack").first).to_contain_text("Changes requested")
    expect(page.locator("h1")).not_to_have_text(second)


def test_who_comes_second_reads_who_was_first_and_keeps_the_sentence(two, sign_in):
    author, (first, _) = two
    early, late = sign_in("reviewer"), sign_in("reviewer")
    open_item(early, first)
    open_item(late, first)
    early.keyboard.press("a")
    expect(early.locator(".snack").first).to_contain_text("Approved")
    late.keyboard.press("r")
    late.keyboard.type("Too late, I fear.")
    late.get_by_role("button", name="Reject item").click()
    expect(late.locator("main .note").first).to_contain_text("You approved this version already")
    expect(late.locator("dialog[open]")).to_have_count(0)
    expect(late.get_by_label("You had written")).to_have_value("Too late, I fear.")
    late.get_by_role("button", name="Post as comment").click()
    expect(late.locator(".snack").first).to_contain_text("Comment posted")
    expect(late.locator("main")).to_contain_text("Too late, I fear.")


def test_a_session_that_ends_in_the_dialog_gives_the_sentence_back(two, sign_in, desk):
    _, (first, _) = two
    page = sign_in("reviewer")
    open_item(page, first)
    page.keyboard.press("r")
    page.locator("dialog[open]").get_by_text("Tone of voice").or_(
        page.locator("dialog[open] .form-selectgroup-item")
    ).first.click()
    page.locator("dialog[open] textarea").fill("A long thought of mine.")
    page.context.clear_cookies(name="session")
    page.get_by_role("button", name="Reject item").click()
    page.wait_for_url("**/sign-in**")
    email, password = desk.people["reviewer"]
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("dialog[open] textarea")).to_have_value("A long thought of mine.")
    expect(page.locator("dialog[open] input[type=radio]:checked")).to_have_count(1)
    expect(page.locator(".snack").first).to_contain_text("Your text was kept")
