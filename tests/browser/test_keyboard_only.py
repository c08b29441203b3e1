"""The whole main job without a mouse, and the small things that hands on a keyboard rely on."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.keyboard import Hands
from tests.browser.test_main_journey import ask, assert_live, write

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("own_reviewer")]


@pytest.fixture
def bare(browser: Browser, desk):
    """A browser that stands on the sign-in page: from here on nothing but keys."""
    context: BrowserContext = browser.new_context(base_url=desk.url, viewport={"width": 1440, "height": 900})
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.problems = []  # type: ignore[attr-defined]
    page.on("pageerror", lambda error: page.problems.append(str(error)))  # type: ignore[attr-defined]
    page.goto("/sign-in")
    yield page
    context.close()


def enter(hands: Hands, desk, role: str) -> None:
    email, password = desk.people[role]
    expect(hands.page.get_by_label("E-mail")).to_be_focused()
    hands.seen()
    hands.type(email)
    hands.tab_to("Password", most=1)
    hands.type(password)
    hands.press("Enter")
    expect(hands.page.locator("h1")).not_to_have_text("Sign in")


def leave(hands: Hands) -> None:
    """Out by the person's menu at the end of the side bar."""
    hands.press("g", "h")
    expect(hands.page.locator("nav[aria-label=Breadcrumb]")).to_contain_text("Home")
    hands.tab_to(re.compile("(Admin|Reviewer)$"), role="button")
    hands.press("Enter")
    expect(hands.page.locator(".user-menu .dropdown-menu")).to_be_visible()
    hands.tab_to("Sign out", key="ArrowDown", most=6)
    hands.press("Enter")
    expect(hands.page.locator("h1")).to_have_text("Sign in")


def find(hands: Hands, title: str) -> None:
    """To the item of that title by the palette."""
    hands.press("Control+k")
    hands.type(title)
    expect(hands.page.locator("#pal-found [role=option]").first).to_contain_text(title)
    expect(hands.page.locator("#palette [aria-selected=true]")).to_contain_text(title)
    hands.press("Enter")
    expect(hands.page.locator("h1")).to_have_text(title)


def write_by_keys(hands: Hands, title: str, text: str) -> None:
    page = hands.page
    hands.press("n")
    expect(page.locator("#title")).to_be_focused()
    hands.seen()
    hands.type(title)
    hands.tab_to("Shared text", role="textbox", most=3)
    hands.type(text)
    hands.tab_to(re.compile(r"\bsite$"), role="checkbox", most=8)
    chosen = page.locator("input[data-account=site]")
    before = chosen.is_checked()
    hands.press("Space")
    expect(chosen).to_be_checked(checked=not before)
    if before:
        hands.press("Space")
    hands.press("Control+s")
    expect(page.locator("h1")).to_have_text(title)


def test_the_main_job_by_two_people_without_a_mouse(desk, bare):
    title = "Only keys, no mouse"
    hands = Hands(bare)
    enter(hands, desk, "admin")
    write_by_keys(hands, title, "Five stones, one story.")
    hands.press("a")
    expect(bare.locator("main .st").first).to_contain_text("In review")
    leave(hands)

    enter(hands, desk, "reviewer")
    hands.press("g", "r")
    expect(bare.locator("nav.queue")).to_be_visible()
    while title not in bare.locator("h1").inner_text():
        before = bare.locator("h1").inner_text()
        hands.press("j")
        expect(bare.locator("h1")).not_to_have_text(before)
        expect(bare.locator("#item-h")).to_be_focused()
        hands.seen()
    hands.press("a")
    expect(bare.locator(".snack").first).to_contain_text("Approved")
    leave(hands)

    enter(hands, desk, "admin")
    find(hands, title)
    hands.skip()
    hands.tab_to("Publish or schedule", most=8)
    hands.press("Enter")
    expect(bare.locator("#when-h")).to_be_visible()
    hands.skip()
    hands.tab_to(re.compile(r"^site\b"), role="checkbox", most=6)
    if not bare.locator("label.pick", has_text="site").first.locator("input").is_checked():
        hands.press("Space")
    hands.tab_to("Publish", role="button", most=12)
    hands.press("Enter")
    expect(bare.locator("h1")).to_contain_text(title)
    assert_live(bare, desk, title)
    assert bare.problems == []  # type: ignore[attr-defined]


def test_the_palette_moves_by_arrows_and_gives_the_focus_back(sign_in):
    page: Page = sign_in("admin")
    hands = Hands(page)
    hands.tab_to(re.compile("^Records"), most=12)
    hands.press("Control+k")
    expect(page.get_by_role("combobox", name="Search or jump to")).to_be_focused()
    hands.seen()
    first = page.locator("#palette [aria-selected=true]").inner_text()
    hands.press("ArrowDown")
    expect(page.locator("#palette [aria-selected=true]")).not_to_have_text(first)
    hands.press("Escape")
    assert hands.stop().name.startswith("Records")
    hands.press("Control+k")
    hands.type("cale")
    hands.press("Enter")
    page.wait_for_url("**/calendar")


def test_a_dialog_takes_the_focus_keeps_it_and_gives_it_back(sign_in):
    author, page = sign_in("admin"), sign_in("reviewer")
    write(author, "A dialog by keys", "Opened and closed.")
    ask(author)
    hands = Hands(page)
    hands.press("g", "r")
    expect(page.locator("nav.queue")).to_be_visible()
    for name, key in (("Reject", "Enter"), ("Request changes", "Space")):
        hands.tab_to(re.compile(f"^{name}"), role="button", most=60)
        hands.press(key)
        expect(page.locator("dialog[open] textarea")).to_be_focused()
        hands.seen()
        for _ in range(8):
            hands.press("Tab")
            assert page.evaluate(
                "!!document.activeElement.closest('dialog[open]') || document.activeElement === document.body"
            )
        hands.press("Escape")
        expect(page.locator("dialog[open]")).to_have_count(0)
        assert hands.stop().name.startswith(name)
        hands.seen()
    hands.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    hands.press("Escape")
    assert hands.stop().name.startswith("Request changes")


def test_menus_open_close_and_give_the_focus_back(sign_in):
    page = sign_in("admin")
    hands = Hands(page)
    opener = hands.tab_to(re.compile("Admin$"), role="button")
    hands.press("Space")
    hands.tab_to("My profile", key="ArrowDown", most=1)
    hands.press("Escape")
    expect(page.locator(".user-menu .dropdown-menu")).not_to_be_visible()
    assert hands.stop() == opener
    hands.press("n")
    expect(page.locator("#title")).to_be_focused()
    hands.tab_to(re.compile("^More"), most=25)
    hands.press("Enter")
    expect(page.get_by_label("Kind")).to_be_visible()
    hands.tab_to("Kind", most=1)


@pytest.mark.parametrize("name", ["Open menu", "More"])
def test_the_drawer_of_a_narrow_window_gives_the_focus_back(sign_in, name):
    page = sign_in("admin", width=600)
    hands = Hands(page)
    opener = hands.tab_to(name, role="button", most=60)
    hands.press("Space")
    expect(page.get_by_role("dialog", name="Menu")).to_be_visible()
    expect(page.locator("#side.show")).to_be_visible()
    hands.tab_to(re.compile("^Calendar"), most=8)
    hands.press("Escape")
    expect(page.locator("#side")).not_to_be_visible()
    expect(page.locator("[aria-controls=side]:focus")).to_have_count(1)
    assert hands.stop() == opener


def test_a_list_is_searched_and_opened_without_leaving_the_keys(sign_in):
    page = sign_in("admin")
    hands = Hands(page)
    hands.press("g", "p")
    expect(page.locator("h1")).to_have_text("Publish records")
    hands.press("/")
    expect(page.get_by_role("searchbox", name="Search records")).to_be_focused()
    hands.seen()
    hands.type("rinse your stones")
    page.wait_for_url(re.compile("q=rinse"))
    expect(page.locator("#results tbody tr")).to_have_count(1)
    expect(page.get_by_role("searchbox", name="Search records")).to_be_focused()
    hands.tab_to("Rinse your stones first", most=12)
    hands.press("Enter")
    expect(page.locator("h1")).to_have_text("Rinse your stones first")


@pytest.mark.parametrize("path", ["/", "/reviews", "/records", "/calendar", "/settings", "/nothing-here"])
def test_the_skip_link_comes_first_and_leads_into_the_content(sign_in, path):
    page = sign_in("admin")
    page.goto(path)
    hands = Hands(page)
    hands.skip()
    hands.press("Tab")
    assert page.evaluate("!!document.activeElement.closest('main')")
    hands.seen()


ROUNDS = (
    "/", "/content", "/content/new", "/reviews", "/jobs", "/accounts", "/accounts/connect/bluesky", "/campaigns/new", "/calendar?view=week",
    "/metrics", "/audit", "/settings", "/staff/invite", "/notices", "/me",
)  # fmt: skip


@pytest.mark.parametrize("width", [1440, 600])
def test_no_page_hides_or_traps_the_focus(sign_in, width):
    """Once round every page by Tab: each stop can be seen, and the round comes back to the skip link."""
    page = sign_in("admin", width=width)
    faults = []
    for path in ROUNDS:
        page.goto(path)
        faults += [f"{path}: {fault}" for fault in Hands(page).round(most=160)]
    assert faults == []
