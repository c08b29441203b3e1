"""What changed between two versions, part by part, for people. Pure."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.content import diff
from app.content.myers import Budget


@dataclass(frozen=True)
class Section:
    """One part of a payload: lines of parts (see diff.py) and the number of places that changed."""

    key: str
    label: str
    lines: list[list[diff.Part]]
    count: int


def texts(payload: Mapping[str, Any]) -> dict[str, str]:
    """key → text of everything in a payload that people read, in the order of the page."""
    out = {"title": payload.get("title") or "", "body": payload.get("body") or ""}
    for platform, own in sorted((payload.get("variants") or {}).items()):
        pieces = [own.get("text") or "", *(own.get("parts") or []), own.get("first_comment") or ""]
        options = [f"{k}: {v}" for k, v in sorted((own.get("options") or {}).items())]
        out[f"variant:{platform}"] = "\n".join(p for p in [*pieces, *options] if p)
    media = payload.get("media") or []
    out["pictures"] = "\n".join(f"{m.get('alt') or 'no description'} ({m['sha256'][:8]})" for m in media)
    out["language"] = payload.get("language") or ""
    out["disclosure"] = payload.get("disclosure") or "none"
    utm = (payload.get("link_rules") or {}).get("utm") or {}
    out["link_rules"] = "\n".join(f"utm_{k}={v}" for k, v in sorted(utm.items()))
    return out


LABELS = {
    "title": "Title", "body": "Text", "pictures": "Pictures", "language": "Language", "disclosure": "AI disclosure", "link_rules": "Link rules",
}  # fmt: skip


def sections(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Section]:
    """The parts that differ, with their words marked; none when the versions are alike. One budget for the whole pair."""
    before, after, budget = texts(old), texts(new), Budget()
    out = []
    for key in dict.fromkeys([*before, *after]):
        one, two = before.get(key, ""), after.get(key, "")
        if one != two:
            parts = _diff(one, two, budget)
            out.append(
                Section(key, LABELS.get(key, key.partition(":")[2]), diff.paragraphs(parts), diff.count_changes(parts))
            )
    return out


_known: OrderedDict[tuple[str, str], tuple[diff.Part, ...]] = OrderedDict()
KNOWN = 16  # pairs of texts; of the longest ones some 40 MB


def _diff(one: str, two: str, budget: Budget) -> Sequence[diff.Part]:
    """Texts of versions never change, so the last pairs are remembered: a review is looked at many times."""
    found = _known.get((one, two))
    if found is None:
        found = _known[one, two] = tuple(diff.diff_words(one, two, budget))
        while len(_known) > KNOWN:
            _known.popitem(last=False)
    return found
