"""Where a column is narrow, on a phone or between menu and side column, nothing of it is cut off and nothing scrolls sideways."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.test_presses_and_ticks import approved

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("own_reviewer")]

CUT = """() => [...document.querySelectorAll('main .card *')].filter((one) => {
  const box = one.getBoundingClientRect(), card = one.closest('.card').getBoundingClientRect();
  return box.width && box.right > card.right + 1 && !one.closest('.table-responsive, .tabs, [role=tablist], .visually-hidden, pre, dialog');
}).map((one) => one.outerHTML.slice(0, 120))"""
"""What stands beyond the right edge of its card, which cuts it off; what scrolls by itself is meant to."""
SIDEWAYS = "document.scrollingElement.scrollWidth > innerWidth"


def faults(page: Page, path: str) -> list[str]:
    page.goto(path)
    page.wait_for_load_state("networkidle")
    found = [f"{path}: cut off: {one}" for one in page.evaluate(CUT)]
    return found + ([f"{path}: scrolls sideways"] if page.evaluate(SIDEWAYS) else [])


@pytest.mark.parametrize("width", [390, 1024])
def test_no_card_cuts_off_what_stands_in_it(sign_in, width):
    """The editor beside its previews, the tabs of a review beside queue and facts, the question about an account."""
    page = sign_in("admin", width=width)
    page.goto("/reviews")
    page.wait_for_load_state("networkidle")
    review = page.url.split("?")[0]
    assert [
        one
        for path in ("/content/new", review, f"{review}?view=changes", "/campaigns/new")
        for one in faults(page, path)
    ] == []


def test_a_long_title_does_not_push_the_publish_page_sideways(sign_in):
    """The title stands in the bread crumbs, too, and is cut there."""
    page = approved(sign_in, "A title of the publish page that is longer than any phone is wide, and then some")
    where = page.url
    assert faults(sign_in("admin", width=390), where) == []
