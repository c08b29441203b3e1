"""(S14) Setting up a second factor and signing in with it: by the keyboard alone, without scripts, on a phone; axe is clean."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
SHOTS: Path | None = None


def looked_at(page, name: str) -> None:
    """No violation, nothing sideways."""
    assert [v["id"] for v in Axe().run(page).response["violations"]] == [], name
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"), name
    if SHOTS:
        page.screenshot(path=SHOTS / f"{name}.png", full_page=True)


def code(secret: str, step: int) -> str:
    return pyotp.TOTP(secret).generate_otp(step)


def now() -> int:
    return int(time.time()) // 30


def typed(page, label: str, text: str) -> None:
    """Into the field, and sent by Enter, once what came by itself may be answered."""
    expect(page.locator("[data-resting]")).to_have_count(0)
    field = page.get_by_label(label, exact=True)
    field.focus()
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def gate(page, person: tuple[str, str]) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail", exact=True).fill(person[0])
    with page.expect_navigation(url=re.compile(r"(?<!/sign-in)$")):
        typed(page, "Password", person[1])


@pytest.mark.parametrize(("width", "dark"), [(1440, True), (390, False)])
def test_by_keyboard_on_both_widths_and_themes(desk, browser, width, dark):
    desk.hire()
    person = desk.people["reviewer"]
    context = browser.new_context(
        base_url=desk.url, viewport={"width": width, "height": 844}, color_scheme="dark" if dark else "light"
    )
    page, look = context.new_page(), f"{width}-{'dark' if dark else 'light'}"
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    try:
        looked_at_gates(page, look)
        gate(page, person)
        page.goto("/me/second-factor")
        looked_at(page, f"off-{look}")
        page.get_by_role("button", name="Set it up").press("Enter")
        page.get_by_text("Open the authenticator").wait_for()
        looked_at(page, f"picture-{look}")
        assert page.get_by_role("img", name="QR code").evaluate("image => image.naturalWidth") > 100
        secret = re.sub(r"\s", "", page.locator("[translate=no]").inner_text())
        typed(page, "Code", "000000")
        page.get_by_text("clock of your phone").first.wait_for()
        looked_at(page, f"wrong-first-code-{look}")
        step = now()
        typed(page, "Code", code(secret, step))
        page.get_by_role("heading", name="Your second factor is on").wait_for()
        looked_at(page, f"codes-{look}")
        recovery = page.locator("section ol li").first.inner_text()
        page.goto("/me/second-factor")
        looked_at(page, f"on-{look}")
        page.context.clear_cookies(name="session")
        gate(page, person)
        page.get_by_role("heading", name="Enter your code").wait_for()
        looked_at(page, f"code-{look}")
        typed(page, "Code", code(secret, step))
        page.get_by_text("This code does not work").wait_for()
        looked_at(page, f"code-wrong-{look}")
        typed(page, "Code", recovery)
        page.wait_for_url(re.compile(r"/$"))
        page.goto("/me/confirm?next=/me")
        looked_at(page, f"confirm-{look}")
        typed(page, "Your password, or a code of your authenticator", person[1])
        page.wait_for_url("**/me")
        assert faults == []
    finally:
        context.close()


def looked_at_gates(page, look: str) -> None:
    page.goto("/forgot-password")
    looked_at(page, f"forgot-{look}")
    page.goto("/sign-in")
    page.get_by_label("E-mail", exact=True).fill(f"nobody-{look}@desk.example")
    for _ in range(5):
        typed(page, "Password", "wrong wrong wrong")
        page.get_by_role("alert").wait_for()
        page.wait_for_load_state("networkidle")
    page.get_by_text("sign-in is paused").wait_for()
    looked_at(page, f"paused-{look}")


def test_without_scripts(desk, browser):
    desk.hire()
    person = desk.people["reviewer"]
    context = browser.new_context(base_url=desk.url, viewport={"width": 390, "height": 844}, java_script_enabled=False)
    page = context.new_page()
    try:
        gate(page, person)
        page.goto("/me/second-factor")
        page.get_by_role("button", name="Set it up").click()
        secret = re.sub(r"\s", "", page.locator("[translate=no]").inner_text())
        step = now()
        typed(page, "Code", code(secret, step))
        page.get_by_role("heading", name="Your second factor is on").wait_for()
        assert page.locator("section ol li").count() == 10
        page.context.clear_cookies(name="session")
        gate(page, person)
        typed(page, "Code", code(secret, step + 1))
        page.wait_for_url(re.compile(r"/$"))
        page.goto("/me/second-factor")
        page.get_by_role("button", name="Remove second factor").click()
        page.get_by_text("It is off").wait_for()
    finally:
        context.close()
