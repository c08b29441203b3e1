"""What a look knows of the account: bounded however much is open, and never silently less than the whole."""

from __future__ import annotations

from datetime import timedelta

from app.core.transactions import transaction
from app.publishing.queries import other_posts as queries
from tests import publishing_desk as desk
from tests.integration.test_statements import counted


def unknown(account, count):
    keys = [desk.scheduled(account)[0] for _ in range(count)]
    desk.by_hand(
        "UPDATE publish_records SET status = 'unknown', unknown_since = now(), attempt_count = 1 WHERE id = ANY(:k)",
        k=keys,
    )
    return keys


def seen(key):
    row = desk.record(key)
    return transaction(queries.other_posts, key, row.credential_id, row.created_at, timedelta(minutes=15))


def test_more_open_posts_than_are_read_make_every_find_doubtful(app, monkeypatch):
    """(D2) The cost of a look does not follow the number of open posts, and what is left out is said."""
    mine, *_ = unknown(desk.account("mastodon", configuration={"min_gap": 0}), 4)
    found = seen(mine)
    assert (len(found.rivals), found.every_rival) == (3, True)
    monkeypatch.setattr(queries, "RIVALS", 2)
    assert not seen(mine).every_rival


def test_open_posts_cost_a_look_no_statements_of_their_own(app):
    few, *_ = unknown(desk.account("mastodon", configuration={"min_gap": 0}), 2)
    many, *_ = unknown(desk.account("mastodon", configuration={"min_gap": 0}), 8)
    with counted() as one:
        seen(few)
    with counted() as other:
        seen(many)
    assert len(one) == len(other)
