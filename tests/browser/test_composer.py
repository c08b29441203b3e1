"""Writing in real Chromium: counted at once, seen beside the text, kept through closed tabs, tunnels and ended sessions."""

from __future__ import annotations

import re

import pytest
from PIL import Image
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
SANDBOX_LIMIT = 500


def fresh(page, title="A new story"):
    """The composer with a title, planned for the first sandbox account."""
    page.goto("/content/new")
    page.locator("[data-account=sandbox]").first.check()
    page.fill("#title", title)
    return page.locator("[data-count=sandbox] [data-n]")


def test_counts_turn_amber_and_red_at_once_and_the_server_names_the_number(sign_in):
    page = sign_in("admin")
    count = fresh(page)
    page.fill("#body", "x" * 451)
    expect(count).to_have_text(re.compile("^451 of 500"))
    expect(count).to_have_class(re.compile("tx-wait"))
    page.fill("#body", "x" * (SANDBOX_LIMIT + 1))
    expect(count).to_have_text(re.compile("1 too long"))
    expect(count).to_have_class(re.compile("tx-bad"))
    expect(page.locator("#previews [data-platform=sandbox]")).to_contain_text(
        "1 character too long (the limit is 500)."
    )
    page.click("#tab-sandbox")
    page.fill("#variant_sandbox", "Short 👨‍👩‍👧‍👦")
    expect(page.locator("#previews [data-platform=sandbox] .pv-t")).to_have_text("Short 👨‍👩‍👧‍👦")
    assert page.problems == []


def test_tabs_by_keyboard_and_save_with_the_keyboard(sign_in):
    page = sign_in("admin")
    fresh(page, "By keyboard")
    page.fill("#body", "Text.")
    page.focus("#tab-shared")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.getAttribute('aria-selected')") == "true"
    page.keyboard.press("ControlOrMeta+s")
    page.wait_for_url(re.compile(r"/content/[0-9a-f-]{36}$"))
    assert "Saved as version 1" in page.inner_text(".toasts")


def test_pictures_arrive_one_by_one_and_a_bad_one_is_named(sign_in, tmp_path):
    page = sign_in("admin")
    fresh(page)
    good, bad = tmp_path / "good.png", tmp_path / "bad.png"
    Image.new("RGB", (300, 200), "teal").save(good)
    bad.write_bytes(b"<html>")
    page.set_input_files("#pictures", [bad, good])
    expect(page.locator("#uploads")).to_contain_text("“bad.png” is not a picture we can read")
    expect(page.locator("[data-picture]")).to_have_count(1)
    page.fill("#media-0-alt", "A teal field")
    expect(page.locator("#previews [data-platform=sandbox] img")).to_have_attribute("alt", "A teal field")
    page.click("[data-remove-picture]")
    expect(page.locator("#previews [data-platform=sandbox] img")).to_have_count(0)


def test_a_closed_tab_loses_nothing(sign_in):
    page = sign_in("admin")
    with page.expect_response(lambda r: r.url.endswith("/draft") and "Half+a+sentence" in (r.request.post_data or "")):
        fresh(page, "Left in the middle")
        page.fill("#body", "Half a sentence")
    context = page.context
    page.close()
    again = context.new_page()
    again.goto("/content")
    again.click("text=Left in the middle")
    assert again.input_value("#body") == "Half a sentence"


def test_what_was_typed_offline_comes_back_after_the_tab_was_closed(sign_in):
    page = sign_in("admin")
    with page.expect_response(
        lambda r: r.url.endswith("/draft") and "Before+the+tunnel" in (r.request.post_data or "")
    ):
        fresh(page, "Before the tunnel")
    page.context.set_offline(True)
    page.fill("#title", "In the tunnel")
    expect(page.locator("#unkept")).to_contain_text("There is no connection to the desk")
    item, context = page.get_attribute("#composer", "data-item"), page.context
    page.close()
    context.set_offline(False)
    again = context.new_page()
    again.goto(f"/content/new?draft={item}")
    assert again.input_value("#title") == "Before the tunnel"
    again.click("text=Bring it back")
    assert again.input_value("#title") == "In the tunnel"


def test_an_ended_session_keeps_the_text_and_goes_on_after_signing_in(desk, sign_in):
    page = sign_in("admin")
    fresh(page, "Still here")
    page.context.clear_cookies()
    page.fill("#title", "Typed signed out")
    expect(page.locator("#unkept")).to_contain_text("Your session has ended")
    assert "/content/new" in page.url and page.inner_text(".toasts").strip() == ""
    other = page.context.new_page()
    other.goto("/sign-in")
    other.fill("[name=email]", desk.people["admin"][0])
    other.fill("[name=password]", desk.people["admin"][1])
    other.click("main button.btn-primary")
    other.wait_for_url(re.compile(r"/(\?.*)?$"))
    expect(page.locator("#unkept")).to_be_hidden(timeout=30_000)
    page.click("[data-save]")
    page.wait_for_url(re.compile(r"/content/[0-9a-f-]{36}$"))
    assert page.inner_text("h1") == "Typed signed out"


def test_a_hasty_double_click_makes_one_item(sign_in):
    page = sign_in("admin")
    fresh(page, "Only once, please")
    page.fill("#body", "Text.")
    page.dblclick("[data-save]")
    page.wait_for_url(re.compile(r"/content/[0-9a-f-]{36}$"))
    page.goto("/content?q=Only+once+please")
    assert page.locator("a.row-title").count() == 1


def test_two_people_in_one_text(sign_in):
    admin = sign_in("admin")
    fresh(admin, "Two hands")
    admin.fill("#body", "one\ntwo\nthree")
    admin.click("[data-save]")
    admin.wait_for_url(re.compile(r"/content/[0-9a-f-]{36}$"))
    url = admin.url
    other = sign_in("reviewer")
    for page in (admin, other):
        page.goto(f"{url}/edit")
    other.fill("#body", "one\ntwo\nTHREE")
    other.click("[data-save]")
    other.wait_for_url(url)
    admin.fill("#body", "ONE\ntwo\nthree")
    admin.click("[data-save]")
    expect(admin.locator("h1")).to_have_text("Two texts, one item")
    expect(admin.locator(".diff ins", has_text="ONE")).to_be_visible()
    admin.click("text=Merge both")
    assert admin.input_value("#body") == "ONE\ntwo\nTHREE"
    admin.click("[data-save]")
    admin.wait_for_url(url)
    assert "Version 3" in admin.inner_text("main")


def test_a_megabyte_pasted_is_answered_at_once_and_not_cut(sign_in):
    page = sign_in("admin")
    fresh(page)
    page.evaluate(
        "() => { const b = document.querySelector('#body'); b.value = '石'.repeat(350000); b.dispatchEvent(new Event('input', {bubbles: true})); }"
    )
    expect(page.locator("#too-long")).to_contain_text("350,000 characters; at most 100,000")
    page.click("[data-save]")
    expect(page.locator("#wrong")).to_contain_text("at most 100,000 can be kept")
    assert len(page.input_value("#body")) == 350_000


def sign_in_here(page, desk):
    page.fill("[name=email]", desk.people["admin"][0])
    page.fill("[name=password]", desk.people["admin"][1])
    page.click("main button.btn-primary")


def test_saved_without_a_session_the_new_text_comes_back_after_signing_in(desk, sign_in):
    page = sign_in("admin")
    fresh(page, "Sent too late")
    item = page.get_attribute("#composer", "data-item")
    assert page.url.endswith(f"/content/new?item={item}")
    page.context.clear_cookies()
    page.fill("#body", "The last words")
    page.click("[data-save]")
    expect(page.locator("h1")).to_have_text("Your session has ended")
    assert "The last words" in [t.input_value() for t in page.locator("textarea[readonly]").all()]
    page.click("text=Sign in and go back")
    sign_in_here(page, desk)
    page.wait_for_url(re.compile(rf"/content/new\?item={item}"))
    expect(page.locator("#back")).to_be_visible()
    assert (page.input_value("#title"), page.input_value("#body")) == ("Sent too late", "The last words")
    page.click("[data-save]")
    page.wait_for_url(re.compile(rf"/content/{item}$"))
    page.goto("/content/new")
    assert "Sent too late" not in page.inner_text("main")


def test_a_text_that_only_this_browser_has_is_offered_on_the_next_new_page(sign_in):
    page = sign_in("admin")
    page.goto("/content/new")
    context = page.context
    context.set_offline(True)
    page.fill("#title", "Only in this browser")
    expect(page.locator("#unkept")).to_be_visible()
    page.close()
    context.set_offline(False)
    again = context.new_page()
    again.goto("/content/new")
    again.locator("#unsaved").get_by_text("Bring it back").click()
    again.locator("#restore").get_by_text("Bring it back").click()
    assert again.input_value("#title") == "Only in this browser"


def test_of_two_people_at_one_browser_neither_sees_nor_writes_over_what_the_other_typed(desk, sign_in):
    """(ASVS 14.3.3) What has not reached the desk stays in the browser after signing out, for whoever typed it alone."""
    page = sign_in("admin")
    fresh(page, "One text for two")
    page.fill("#body", "Something.")
    page.click("button:has-text('Save')")
    page.wait_for_url(re.compile(r"/content/[0-9a-f-]{36}"))
    item, context = page.url.split("/content/")[1][:36], page.context

    def typed_offline(page, words):
        page.goto(f"/content/{item}/edit")
        assert not page.locator("#restore").is_visible() and words not in page.inner_text("main")
        context.set_offline(True)
        page.fill("#title", words)
        expect(page.locator("#unkept")).to_contain_text("There is no connection to the desk")
        page.close()
        context.set_offline(False)

    def change_to(role):
        page = context.new_page()
        page.goto("/me/sessions")
        page.locator("main").get_by_role("button", name="Sign out").click()
        page.wait_for_url(re.compile("/sign-in"))
        email, password = desk.people[role]
        page.fill("[name=email]", email)
        page.fill("[name=password]", password)
        page.click("main button.btn-primary")
        page.wait_for_url(re.compile(r"/(\?.*)?$"))
        return page

    typed_offline(page, "Of the first person")
    other = change_to("reviewer")
    typed_offline(other, "Of the second person")
    for role, words in (("admin", "Of the first person"), ("reviewer", "Of the second person")):
        back = change_to(role)
        back.goto(f"/content/{item}/edit")
        back.locator("#restore").get_by_text("Bring it back").click()
        assert back.input_value("#title") == words
        back.close()


def test_a_title_too_long_is_counted_stays_said_and_never_widens_the_page(sign_in):
    page = sign_in("admin")
    fresh(page, "T" * 190)
    assert page.locator("[data-title=sandbox] [data-n]").inner_text() == "190 of 200"
    page.fill("#body", "x" * 501)
    page.fill("#title", "T" * 290)
    assert "90 too long" in page.locator("[data-title=sandbox]").inner_text()
    expect(page.locator("#previews [data-platform=sandbox]")).to_contain_text("90 characters too long")
    assert "1 too long" in page.locator("[data-count=sandbox]").inner_text()
    page.click("[data-save]")
    page.wait_for_url(re.compile(r"/content/[0-9a-f-]{36}$"))
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
