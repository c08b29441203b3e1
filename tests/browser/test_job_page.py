"""The page after "Publish" follows the job by itself, and the button is named after what it does."""

from __future__ import annotations

import re

import pytest

from tests.browser.test_presses_and_ticks import approved

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("own_reviewer")]


def test_the_page_after_publishing_comes_to_say_what_became_of_it(sign_in):
    page = approved(sign_in, "A page that follows its job")  # a post of its own: the demo's are counted by other tests
    page.check("[name=timing][value=later]")
    assert page.locator("main button.btn-primary").inner_text().strip() == "Schedule"
    page.check("[name=timing][value=now]")
    assert page.locator("main button.btn-primary").inner_text().strip() == "Publish"
    page.locator("[name=accounts]").first.check()
    page.click("main button.btn-primary")
    page.wait_for_url(re.compile(r"/jobs/[0-9a-f-]{36}$"))
    page.locator(
        "#job .head .st", has_text=re.compile("Published|Failed|Needs a look|Checking|Processing|Retrying")
    ).wait_for(timeout=60_000)


def test_the_calendar_dialog_begins_with_the_day(sign_in):
    page = sign_in("admin")
    page.goto("/calendar")
    page.locator("li:not([data-locked]) a.ev").first.click()
    page.locator("dialog#move[open]").wait_for()
    assert page.evaluate("document.activeElement.name") == "day"
