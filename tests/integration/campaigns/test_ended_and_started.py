"""A campaign says how it stands: one that is over is not called active, one that starts shows what still has to be scheduled."""

from __future__ import annotations

import re
from datetime import timedelta

from app.lib import clock
from tests.factories import make_account, make_campaign, make_item

HOUR = timedelta(hours=1)


def badge(page: str, name: str) -> str:
    """The word of the status in the row of that campaign."""
    row = page[page.index(f">{name}</a>") :]
    return re.search(r'<span class="st [^>]*>.*?</svg>([^<]+)</span>', row, re.S).group(1)


def test_a_campaign_whose_end_has_passed_is_shown_as_ended_and_not_as_active(as_user, commit):
    """In the list, its filter, its CSV, on its page; Home shows only what runs."""
    commit(make_campaign, "Over", end_time=clock.now() - HOUR)
    commit(make_campaign, "Runs", end_time=clock.now() + HOUR)
    gone = commit(make_campaign, "Gone", "paused", end_time=clock.now() - HOUR)
    browser = as_user("operator")
    page = browser.get("/campaigns").text
    words = {name: badge(page, name) for name in ("Over", "Runs", "Gone")}
    assert words == {"Over": "Ended", "Runs": "Active", "Gone": "Paused"}
    for status, names in {"ended": {"Over"}, "active": {"Runs"}, "paused": {"Gone"}}.items():
        page = browser.get(f"/campaigns?status={status}").text
        assert {n for n in ("Over", "Runs", "Gone") if f">{n}</a>" in page} == names
    assert "Over,ended" in browser.get("/campaigns/export.csv?sort=name").text
    home = browser.get("/").text
    assert ">Runs</a>" in home and ">Over</a>" not in home and ">Gone</a>" not in home
    assert browser.get(f"/campaigns/{gone.id}").status_code == 200


def test_starting_a_campaign_says_what_is_planned_and_leads_to_scheduling_it(as_user, commit):
    """A draft lets nothing be scheduled, so approving its posts scheduled none: nobody else would tell."""
    campaign, account = commit(make_campaign, status="draft"), commit(make_account)
    at = clock.now() + HOUR * 2
    item = commit(make_item, "Planned", accounts=[account], at=at, status="approved", campaign_id=campaign.id)
    commit(make_item, "Unplanned", status="approved", campaign_id=campaign.id)
    operator = as_user("operator")
    link = f'href="/content/{item.id}/publish">Schedule as planned'
    assert link not in operator.get(f"/campaigns/{campaign.id}").text, "a draft sends nothing"
    assert operator.post(f"/campaigns/{campaign.id}/start").status_code == 303
    page = operator.get(f"/campaigns/{campaign.id}").text
    assert (
        "1 approved post is planned, not scheduled" in page and page.count("Schedule as planned") == 1 and link in page
    )
    form = operator.get(f"/content/{item.id}/publish").text
    assert f'value="{account.id}" checked' in form and f'value="{at:%Y-%m-%d}"' in form
    assert link not in as_user("editor").get(f"/campaigns/{campaign.id}").text
