"""The page after "Publish" follows the job by itself, and the button is named after what it does."""

from __future__ import annotations

import re

import pytest

pytestmark = pytest.mark.browser


def test_the_page_after_publishing_comes_to_say_what_became_of_it(sign_in):
    page = sign_in("admin")
    page.goto("/records?q=rinse")
    page.locator("main a.row-title").first.click()
    page.locator("main .head a", has_text="Content").click()
    page.wait_for_url("**/content/*")
    page.goto(page.url.split("?")[0].rstrip("/") + "/publish")
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
