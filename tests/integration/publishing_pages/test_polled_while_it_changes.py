"""A page that follows its record by polling never stays behind, at whatever moment of its reading the record settles."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from app.core.db import db
from tests.factories import make_record

SETTLE = sa.text("UPDATE publish_records SET status = 'cancelled' WHERE id = :id")


@pytest.mark.parametrize("page", ["/records/{0.id}", "/jobs/{0.job_id}"])
def test_what_settles_while_the_page_is_read_is_shown_by_the_next_poll(as_user, commit, page):
    browser, moments = as_user("operator"), 0
    for at in range(1, 40):
        record = commit(make_record, status="pending")
        address, ran = page.format(record), [0]

        def settle(*_, ran=ran, at=at, key=record.id) -> None:
            ran[0] += 1
            if ran[0] == at:
                with db.engine.begin() as other:
                    other.execute(SETTLE, {"id": key})

        sa.event.listen(db.engine, "before_cursor_execute", settle)
        text = browser.get(address).text
        sa.event.remove(db.engine, "before_cursor_execute", settle)
        if ran[0] < at:
            break
        moments += 1
        if f"{address}/live" in text:
            version = re.search(r"/live\?v=([0-9a-f]+)", text).group(1)
            assert browser.get(f"{address}/live?v={version}").status_code == 200, f"settled at statement {at}"
    assert moments > 4
