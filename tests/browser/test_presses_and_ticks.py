"""Back brings no tick that the desk did not set, and a second press does nothing to what its reader has not seen."""

from __future__ import annotations

import itertools
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_main_journey import ask, write
from tests.browser.test_review_queue import open_item

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("own_reviewer")]
serial = itertools.count(1)


def settled(page: Page) -> None:
    """What came by itself may be pressed again."""
    expect(page.locator("[data-resting]")).to_have_count(0)


def connect(page: Page, name: str) -> None:
    page.goto("/accounts/connect/sandbox")
    page.locator("main form input[type=text]").first.fill(name)
    page.locator("main form button.btn-primary").click()
    page.wait_for_url(re.compile(r"/accounts/[0-9a-f-]{36}"))


def approved(sign_in, title: str, also: str = "") -> Page:
    """The publish page of a text that another person approved for our site, and for the platform `also`."""
    author, reviewer = sign_in("admin"), sign_in("reviewer")
    write(author, title, f"{title}: a text of its own.")
    if also:
        author.get_by_role("link", name="Edit").first.click()
        author.locator(f"input[name=accounts][data-account={also}]").first.check()
        author.locator("button[name=do][value=save]").first.click()
        expect(author.locator("h1")).to_have_text(title)
    ask(author)
    open_item(reviewer, title)
    settled(reviewer)
    reviewer.keyboard.press("a")
    expect(reviewer.locator(".snack").first).to_contain_text("Approved")
    author.reload()
    author.get_by_role("link", name="Publish or schedule").click()
    expect(author.locator("main button.btn-primary")).to_be_visible()
    return author


@pytest.mark.parametrize("js", [True, False])
def test_publish_then_back_then_publish_posts_to_no_neighbour(sign_in, js):
    """(J1)"""
    title = f"Five stones and one neighbour, {next(serial)}"
    page = sign_in("admin")
    for n in range(3):
        connect(page, f"Neighbour {next(serial)} {'of' if js else 'without'} {n}")
    page = approved(sign_in, title, also="sandbox")
    page.goto("/content?q=" + title.replace(" ", "+"))
    page.locator("a.row-title", has_text=title).first.click()
    where = page.url.split("?")[0].rstrip("/") + "/publish"
    if not js:
        page = sign_in("admin", js=False)
    page.goto(where)
    boxes = page.locator("[name=accounts]")
    assert boxes.count() >= 4
    for box in boxes.all():
        box.uncheck()
    second = boxes.nth(1)
    second.check()
    value = second.get_attribute("value")
    if js:
        expect(page.locator("[data-goes-to]")).to_have_text(re.compile("^Goes to "))
    page.locator("main button.btn-primary").click()
    page.wait_for_url(re.compile(r"/jobs/[0-9a-f-]{36}"))
    page.go_back()
    page.wait_for_url(where)
    expect(page.locator(f"[name=accounts][value='{value}']")).to_have_count(0)
    served = page.locator("[name=accounts][checked]").evaluate_all("boxes => boxes.map(box => box.value)")
    ticked = page.locator("[name=accounts]:checked").evaluate_all("boxes => boxes.map(box => box.value)")
    assert ticked == served, "only what the desk ticked is ticked"
    for box in page.locator("[name=accounts]").all():
        box.uncheck()
    page.locator("main button.btn-primary").click()
    expect(page.locator("main")).to_contain_text("Choose at least one account")


def test_two_ticked_rows_and_two_new_items_then_back_leaves_nothing_ticked(sign_in):
    """(J2)"""
    page, other = sign_in("admin"), sign_in("admin")
    for _ in range(4):
        write(page, f"Ticked list {next(serial)}", "A text.")
    page.goto("/content")
    page.locator("[data-pick]").nth(0).check()
    page.locator("[data-pick]").nth(1).check()
    expect(page.locator(".bulk").first).to_be_visible()
    page.locator("a.row-title").first.click()
    page.wait_for_url(re.compile(r"/content/[0-9a-f-]{36}"))
    for _ in range(2):
        write(other, f"Ticked list {next(serial)}", "A text.")
    page.go_back()
    page.wait_for_url("**/content")
    expect(page.locator("[data-pick]:checked")).to_have_count(0)
    expect(page.locator(".bulk").first).to_be_hidden()
    page.locator("[data-pick]").nth(0).check()
    page.locator("[data-pick]").nth(1).check()
    page.reload()
    expect(page.locator("[data-pick]:checked")).to_have_count(0)
    expect(page.locator(".bulk").first).to_be_hidden()


@pytest.mark.parametrize("path", ["/content", "/records"])
def test_a_filter_moves_no_tick_to_another_row(sign_in, path):
    """(J2) A list that is narrowed while rows are ticked is morphed: a tick stays with its row, or goes."""
    page = sign_in("admin")
    for _ in range(3):
        write(page, f"Morphed {next(serial)}", "A text.")
    page.goto(path)
    first = page.locator("[data-pick]").first
    first.check()
    value, title = first.get_attribute("value"), page.locator("tbody tr").last.locator("a.row-title").inner_text()
    page.fill("#q", title)
    page.wait_for_url("**q=**")
    expect(page.locator(f"[data-pick][value='{value}']")).to_have_count(0)
    expect(page.locator("[data-pick]:checked")).to_have_count(0)


def waiting(sign_in, count: int) -> tuple[Page, list[str]]:
    """A reviewer on the first of so many items that wait, and their titles; the decisions that were sent are `page.decisions`."""
    author = sign_in("admin")
    titles = [f"Pressed twice {next(serial)}" for _ in range(count)]
    for title in titles:
        write(author, title, f"{title}: a text of its own.")
        ask(author)
    page = sign_in("reviewer")
    page.decisions = []
    page.on("request", lambda r: page.decisions.append(r.url) if r.method == "POST" and "/decisions" in r.url else None)
    open_item(page, titles[0])
    settled(page)
    return page, titles


def presser(page: Page, how: str):
    """What approves the item that is shown: the key, or a click where the button stands now."""
    box = page.locator(".decide .btn-success").bounding_box()
    if how == "key":
        return lambda: page.keyboard.press("a")
    return lambda: page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


@pytest.mark.parametrize("how", ["key", "mouse"])
def test_a_second_press_approves_nothing_that_was_not_read(sign_in, how):
    """(J8)"""
    gaps = (0, 100, 250, 350, 500)
    page, titles = waiting(sign_in, len(gaps) + 1)
    for gap, following, number in zip(gaps, titles[1:], itertools.count(1), strict=False):
        press = presser(page, how)
        press()
        page.wait_for_timeout(gap)  # the gap is what is tried, not something to wait for
        press()
        expect(page.locator("h1")).to_have_text(following)
        settled(page)
        assert len(page.decisions) == number, "after the rest a press counts again, and within it none does"


HOLD_THE_REST = """
const later = window.setTimeout;
window.setTimeout = (what, ms, ...more) => ms >= 500 && !window.endRest ? ((window.endRest = what), 1) : later(what, ms, ...more);
"""


@pytest.mark.parametrize("how", ["key", "mouse"])
def test_an_item_that_came_by_itself_takes_no_press_before_its_rest_is_over(sign_in, how):
    """(J8) However fast the server answers: the rest ends when the test says so."""
    page, (first, second) = waiting(sign_in, 2)
    page.add_init_script(HOLD_THE_REST)
    page.reload()
    press = presser(page, how)
    press()
    expect(page.locator("h1")).to_have_text(second)
    press()
    assert len(page.decisions) == 1
    page.evaluate("window.endRest()")
    settled(page)
    press()
    expect(page.locator("h1")).not_to_have_text(second)
    assert len(page.decisions) == 2


def test_two_clicks_on_reject_in_the_dialog_reject_one_item(sign_in):
    """(J8)"""
    page, (first, _) = waiting(sign_in, 2)
    page.keyboard.press("r")
    page.locator("dialog[open] textarea").fill("Not this month.")
    settled(page)
    page.get_by_role("button", name="Reject item").dblclick(no_wait_after=True)
    expect(page.locator("nav.queue a", has_text=first)).to_have_count(0)
    settled(page)
    assert len(page.decisions) == 1


@pytest.mark.parametrize("gap", [0, 250])
def test_a_second_click_on_a_button_that_loads_a_page_presses_nothing_on_that_page(sign_in, gap):
    """(J8) The page that answers a form comes under the pointer: what stands there now is not what was pressed."""
    page = sign_in("admin")
    write(page, f"Loads a page {next(serial)}", "A text.")
    sent: list[str] = []
    page.on("request", lambda r: sent.append(r.url) if r.method == "POST" else None)
    button = page.get_by_role("button", name="Ask for review")
    settled(page)
    box = button.bounding_box()
    for n in range(2):
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        if not n:
            page.wait_for_timeout(gap)  # the gap is what is tried
    # by then a link may stand there: following it decides nothing, and its page says the same in other words
    expect(page.locator("main .st").first).to_contain_text(re.compile("In review|Waiting for review"))
    assert len(sent) == 1
