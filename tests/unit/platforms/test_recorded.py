"""Every row of the error tables on bodies recorded from real servers, cited from documents, or marked synthetic."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.outbound.exchange import Exchange
from app.platforms import registry, webhook
from app.platforms.verdict import Table, judge

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
FOLDER = Path(__file__).parent / "recorded"
RECORDED = [one for one in registry.all() if (FOLDER / f"{one.spec.slug}.json").exists()]
TABLES = {one.spec.slug: one.module.TABLE for one in RECORDED}
CASES = [(slug, case) for slug in TABLES for case in json.loads((FOLDER / f"{slug}.json").read_text("utf-8"))]


def answered(case: dict[str, Any]) -> Exchange:
    body = case["body"] if isinstance(case["body"], str) else json.dumps(case["body"])
    head = {"method": "POST", "url": "https://x.test/", "bytes_left": True, "started_at": NOW, "duration_ms": 5}
    return Exchange(**head, request_id="r", status=case["status"], headers=case.get("headers", {}), body=body.encode())


@pytest.mark.parametrize(("slug", "case"), CASES, ids=[f"{slug}: {case['source'][:60]}" for slug, case in CASES])
def test_the_body_gets_its_verdict(slug: str, case: dict[str, Any]) -> None:
    verdict = judge(answered(case), TABLES[slug])
    assert verdict.outcome == case["outcome"]
    assert verdict.error_type == case.get("error_type")
    assert verdict.final == case.get("final", False)
    assert verdict.account == case.get("account", "")
    assert verdict.duplicate == case.get("duplicate", False)
    assert verdict.post_id == case.get("post_id", "")
    if "remaining" in case:
        assert [window.remaining for window in verdict.limits] == [case["remaining"]]
    if verdict.outcome == "no" and isinstance(case["body"], dict):
        assert verdict.message


@pytest.mark.parametrize("slug", list(TABLES))
def test_every_row_of_the_table_is_hit_or_cites_where_it_was_read(slug: str) -> None:
    hit = {judge(answered(case), TABLES[slug]).matched_by for name, case in CASES if name == slug}
    missed = [rule.name for rule in TABLES[slug].rules if rule.name not in hit]
    assert set(missed) <= {
        "table:AccountSuspended", "table:AuthFactorTokenRequired", "table:InvalidMimeType", "table:BlobTooLarge",
        "table:400/InvalidRecord", "table:XRPCNotSupported",
    }  # fmt: skip  # rows from lexicons and sources, no body of them seen
    assert all(rule.source for rule in TABLES[slug].rules)


def test_a_receiver_that_is_gone_takes_its_account_down() -> None:
    verdict = judge(answered({"status": 410, "body": ""}), Table(rules=webhook.RULES))
    assert (verdict.outcome, verdict.final, verdict.account) == ("no", True, "down")
