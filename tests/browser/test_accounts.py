"""People at the door, in real Chromium: without JavaScript, with a session that ends under their hands, with hasty fingers."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
NEW = "seven green bottles stand"


def test_invited_without_javascript_from_link_to_sign_out(desk, sign_in, browser):
    admin = sign_in("admin", js=False)
    admin.goto("/staff/invite")
    admin.fill("[name=email]", "nojs@desk.example")
    admin.check("[value=editor]")
    admin.click("main button.btn-primary")
    admin.wait_for_url("**/staff#invited")
    link = admin.locator("#invited li", has_text="nojs@desk.example").locator("input[readonly]").input_value()

    guest = browser.new_context(base_url=desk.url, java_script_enabled=False).new_page()
    guest.goto(link)
    guest.fill("[name=full_name]", "Nia Abebe")
    guest.fill("[name=new]", NEW)
    guest.fill("[name=repeat]", NEW + "x")
    guest.click("text=Join the desk")
    assert "not the same" in guest.inner_text("main") and guest.input_value("[name=full_name]") == "Nia Abebe"
    guest.fill("[name=new]", NEW)
    guest.fill("[name=repeat]", NEW)
    guest.click("text=Join the desk")
    guest.goto("/me")
    guest.fill("main [name=timezone]", "addis ababa")
    guest.check("[value=compact]")
    guest.click("main button.btn-primary")
    assert guest.get_attribute("body", "data-density") == "compact" and "+3" in guest.inner_text("main")
    guest.click("text=Sign out")
    guest.wait_for_url("**/sign-in")
    guest.goto("/me")
    assert "/sign-in" in guest.url
    guest.context.close()


def test_a_session_that_ends_inside_a_panel_leads_back_to_where_one_was(desk, sign_in):
    page, elsewhere = sign_in("admin"), sign_in("admin")
    page.goto("/audit?since=7d")
    elsewhere.goto("/me/sessions")
    elsewhere.click("text=End all others")
    elsewhere.wait_for_url("**/me/sessions")
    page.fill("#q", "first")  # htmx asks for the results; the answer is 401
    page.wait_for_url(re.compile("/sign-in"))
    assert "Your session has ended" in page.inner_text("main")
    page.fill("[name=email]", desk.people["admin"][0])
    page.fill("[name=password]", desk.people["admin"][1])
    page.click("main button.btn-primary")
    page.wait_for_url("**/audit?since=7d")


def test_a_new_person_starts_in_the_zone_of_their_browser(desk, sign_in, browser):
    admin = sign_in("admin")
    admin.goto("/staff/invite")
    admin.fill("[name=email]", "zone@desk.example")
    admin.click("main button.btn-primary")
    admin.wait_for_url("**/staff#invited")
    link = admin.locator("#invited li", has_text="zone@desk.example").locator("input[readonly]").input_value()
    context = browser.new_context(base_url=desk.url, timezone_id="Africa/Addis_Ababa")
    guest = context.new_page()
    guest.goto(link)
    guest.fill("[name=full_name]", "Zo Zone")
    guest.fill("[name=new]", NEW)
    guest.fill("[name=repeat]", NEW)
    guest.click("text=Join the desk")
    guest.wait_for_url(re.compile(r"/(\?.*)?$"))
    guest.goto("/me")
    assert (
        guest.input_value("main [name=timezone]") == "Africa/Addis Ababa"
        and not guest.locator("[data-zone-offer]").count()
    )
    context.close()


def test_who_never_chose_a_zone_takes_the_browsers_by_one_press(desk, browser, sign_in):
    """The people of the first start, the first admin among them; who sits in the zone that is shown is not asked."""
    state = sign_in("admin").context.storage_state()
    for zone in ("UTC", "Europe/Berlin"):
        context = browser.new_context(base_url=desk.url, timezone_id=zone, storage_state=state)
        page = context.new_page()
        page.goto("/")
        expect(page.locator("[data-zone-offer]")).to_be_visible(visible=zone != "UTC")
    page.goto("/content?q=a")
    page.click("text=Use Berlin")
    page.wait_for_url("**/content?q=a")
    expect(page.locator(".toasts")).to_contain_text("Times are shown in Europe/Berlin.")
    assert not page.locator("[data-zone-offer]").count()
    context.close()


def test_a_double_click_invites_once(sign_in):
    page = sign_in("admin")
    page.goto("/staff/invite")
    page.fill("[name=email]", "twice@desk.example")
    page.dblclick("main button.btn-primary")
    page.wait_for_url("**/staff#invited")
    assert page.locator("#invited li", has_text="twice@desk.example").count() == 1
    page.click("[aria-label='Withdraw the invitation of twice@desk.example']")
    page.wait_for_url("**/staff")
    assert page.locator("#invited li", has_text="twice@desk.example").count() == 0


def test_suspending_can_be_undone_from_the_toast(sign_in):
    page = sign_in("admin")
    page.goto("/staff?q=mara")
    page.click("#results a.row-title")
    page.click("text=Suspend")
    page.wait_for_selector(".st:has-text('Suspended')")
    page.click(".snack >> text=Undo")
    page.wait_for_selector(".head .st:has-text('Active')")
