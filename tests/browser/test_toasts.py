"""Short messages at the edge of the page: what several regions hear at once is said once."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def polls(page: Page, times: int) -> None:
    """Regions that ask the desk by themselves, all at once."""
    page.evaluate(
        "times => { for (let n = 0; n < times; n += 1) htmx.ajax('GET', '/badges?n=' + n, {target: '#status', swap: 'none'}); }",
        times,
    )


@pytest.mark.parametrize("how", ["no connection", "the database is away"])
def test_polls_that_fail_together_show_one_message(sign_in, how):
    page = sign_in("admin")
    page.wait_for_load_state("networkidle")
    words = "The desk cannot reach its database."

    def fail(route):
        if how == "no connection":
            route.abort()
        else:
            route.fulfill(
                status=503, headers={"HX-Trigger": json.dumps({"toast": {"text": words}}), "HX-Reswap": "none"}
            )

    page.route(re.compile(r"/badges"), fail)
    with page.expect_event(
        "requestfinished" if how != "no connection" else "requestfailed", lambda r: r.url.endswith("n=3")
    ):
        polls(page, 4)
    expect(page.locator(".snack")).to_have_count(1)
    said = words if how != "no connection" else "No connection"
    expect(page.locator(".snack")).to_contain_text(said)


def test_another_message_stands_beside_it_and_each_undo_keeps_its_own(sign_in):
    page = sign_in("admin")
    page.evaluate(
        """() => {
          for (const text of ["One", "Two", "One"]) pr.toast(text);
          for (const url of ["/a/undo", "/b/undo"]) pr.toast("Archived", url);
        }"""
    )
    expect(page.locator(".snack > span")).to_have_text(
        ["Two", "Archived", "Archived"]
    )  # three at most, the oldest goes
    assert page.locator("[data-undo]").evaluate_all("all => all.map(one => one.dataset.undo)") == ["/a/undo", "/b/undo"]
