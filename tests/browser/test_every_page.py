"""Every page of the demo desk: no axe violation, no script error, no sideways scrolling; light and dark, desk and phone."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.browser

PAGES = (
    "/", "/content", "/content/new", "/reviews", "/reviews/all", "/jobs", "/records", "/records?view=needs-action", "/holds", "/accounts",
    "/accounts/connect", "/accounts/connect/mastodon", "/accounts/connect/bluesky", "/calendar?view=list", "/views", "/search?q=stones", "/campaigns", "/campaigns/new", "/calendar", "/calendar?view=week",
    "/metrics", "/audit", "/settings", "/staff", "/staff/invite", "/me", "/me/sessions", "/me/password", "/me/second-factor", "/me/confirm", "/notices",
)  # fmt: skip
FIRST_OF = {"/records": "main a.row-title", "/content": "main a.row-title", "/jobs": "main a.row-title", "/accounts": "main a.row-title",
            "/campaigns": "main a.row-title", "/audit": "main a.row-title", "/staff": "main a.row-title"}  # fmt: skip
LOOKS = [(1440, False), (1440, True), (390, False), (390, True)]


EVERY_RULE = {"resultTypes": ["violations"]}
COLOURS = {**EVERY_RULE, "runOnly": ["color-contrast"]}
"""What another theme changes: the structure is the same, and axe takes most of this test's time."""


def faults(page, path: str, options: dict = EVERY_RULE) -> list[str] | None:
    """What is wrong with this page; None when there is no such page."""
    answer = page.goto(path)
    page.wait_for_load_state("networkidle")
    if answer is not None and answer.status == 404:
        page.problems.clear()
        return None
    found = [f"{path}: status {answer.status}"] if answer is None or answer.status != 200 else []
    found += [
        f"{path}: axe {v['id']}: {v['nodes'][0]['html'][:160]}"
        for v in Axe().run(page, options=options).response["violations"]
    ]
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        found.append(f"{path}: scrolls sideways")
    found += [f"{path}: {problem}" for problem in page.problems]
    page.problems.clear()
    return found


def with_details(page, paths: tuple[str, ...]) -> list[str]:
    """The pages, and the first detail page of each list."""
    more = []
    for path, link in FIRST_OF.items():
        page.goto(path)
        first = page.locator(link).first
        if first.count():
            more.append(first.get_attribute("href"))
    return [*paths, *more]


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_every_page_is_clean(desk, sign_in, width, dark):
    page = sign_in("admin", width=width, dark=dark)
    if dark:
        page.context.add_cookies([{"name": "theme", "value": "dark", "url": desk.url}])
    found = {path: faults(page, path, COLOURS if dark else EVERY_RULE) for path in with_details(page, PAGES)}
    known = {path: wrong for path, wrong in found.items() if wrong is not None}
    assert len(known) >= len(PAGES) - 3, set(PAGES) - set(known)
    assert [fault for wrong in known.values() for fault in wrong] == []


@pytest.mark.parametrize("width", [1440, 390])
def test_public_pages_are_clean(desk, browser, width):
    context = browser.new_context(base_url=desk.url, viewport={"width": width, "height": 844})
    page = context.new_page()
    page.problems = []
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    try:
        assert {path: faults(page, path) for path in ("/sign-in", "/site")} == {"/sign-in": [], "/site": []}
    finally:
        context.close()
