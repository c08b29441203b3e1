"""The campaigns that a select offers: few, those that run first, and the one that is chosen always (S7)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.campaigns import queries
from app.core.transactions import transaction
from app.lib import clock
from tests.factories import make_campaign, make_item


@pytest.fixture
def many(app, commit, monkeypatch):
    """Six places for eight campaigns; the oldest ones run."""
    monkeypatch.setattr("app.campaigns.queries.campaigns.MOST_CHOICES", 6)
    over = clock.now() - timedelta(days=1)
    made = [commit(make_campaign, f"Runs {n}", status="active") for n in range(3)]
    made += [commit(make_campaign, f"Planned {n}", status="draft") for n in range(3)]
    made += [commit(make_campaign, f"Over {n}", status="active", end_time=over) for n in range(2)]
    return {campaign.name: str(campaign.id) for campaign in made}


def names(chosen=None):
    return [name for _, name in transaction(queries.choices, chosen)]


def test_those_that_run_or_are_planned_come_before_those_that_are_over(many):
    assert names() == ["Planned 0", "Planned 1", "Planned 2", "Runs 0", "Runs 1", "Runs 2"]


def test_the_chosen_one_is_always_among_them(many):
    found = names(many["Over 0"])
    assert "Over 0" in found and len(found) == 6 and found == sorted(found)
    assert names("garbage") == names()


@pytest.mark.parametrize("path", ["/content/new", "/content", "/metrics", "/calendar"])
def test_pages_name_the_chosen_one(many, as_user, path):
    html = as_user("editor").get(path, query_string={"campaign": many["Over 1"]}).get_data(as_text=True)
    assert "Over 1" in html and "Over 0" not in html


def test_the_campaigns_own_page_leads_to_a_new_text_in_it(many, as_user):
    """So that one which is not offered can be written for."""
    key, editor = many["Over 1"], as_user("editor")
    assert f"/content/new?campaign={key}" in editor.get(f"/campaigns/{key}").get_data(as_text=True)
    html = editor.get(f"/content/new?campaign={key}").get_data(as_text=True)
    assert f'value="{key}" selected' in html
    for wrong in ("garbage", "00000000-0000-0000-0000-000000000000"):
        assert editor.get("/content/new", query_string={"campaign": wrong}).status_code == 200


def test_an_item_keeps_a_campaign_that_is_not_offered(many, as_user, commit):
    editor = as_user("editor")
    item = commit(make_item, by=editor.user, campaign_id=many["Over 1"])
    html = editor.get(f"/content/{item.id}/edit").get_data(as_text=True)
    assert f'value="{many["Over 1"]}" selected' in html
