"""What a person has typed into the composer: the payload and the plan, as one value. Pure.

The form is the whole state of the page: it works without JavaScript and survives every refusal. Names of its fields:
title body language kind campaign tags disclosure utm-source utm-medium utm-campaign, accounts (many), plan_on plan_at plan_zone
plan_which, item base confirm_secret; per platform variant-x comment-x parts-x option-x-name no_pictures-x; per picture media-0-sha256
media-0-alt (their order is the order of the numbers).
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from app.content import bounds, payloads
from app.core.ids import parse_id
from app.lib.zone_names import zone_named
from app.platforms import registry

PICTURE = re.compile(r"media-(\d{1,4})-sha256")
SHA256 = re.compile(r"[0-9a-f]{64}")
VARIANT = re.compile(r"(variant|comment|parts|no_pictures)-([a-z0-9_]{1,40})")
OPTION = re.compile(r"option-([a-z0-9_]{1,40})-([a-z0-9_]{1,60})")


class Fields(Protocol):
    """A form as werkzeug hands it over."""

    def get(self, key: str) -> Any: ...
    def getlist(self, key: str) -> list[Any]: ...
    def items(self) -> Any: ...


@dataclass(frozen=True)
class ComposerInput:
    """`payload` is in normal form. `base_id`: the version the text was begun from, None for a new item. `unknown_choices`: field → what
    was sent that this field never offers; it is refused on saving, not replaced."""

    item_id: uuid.UUID
    payload: payloads.Payload
    base_id: uuid.UUID | None = None
    kind: str = "post"
    campaign_id: str = ""
    tags: str = ""
    accounts: tuple[str, ...] = ()
    plan_on: str = ""
    plan_at: str = ""
    plan_zone: str = "UTC"
    plan_which: str = ""
    confirmed: bool = False
    unknown_choices: Mapping[str, str] = field(default_factory=dict, compare=False)

    def plan(self) -> dict[str, Any]:
        """What a draft keeps beside the payload."""
        return {
            "kind": self.kind, "campaign_id": self.campaign_id, "tags": self.tags, "accounts": list(self.accounts),
            "plan_on": self.plan_on, "plan_at": self.plan_at, "plan_zone": self.plan_zone, "plan_which": self.plan_which,
        }  # fmt: skip

    @property
    def tag_list(self) -> list[str]:
        """Tags as typed, without hash signs and repeats."""
        words = [payloads.line(t).lstrip("#") for t in re.split(r"[,，、\n]", self.tags)]
        return list(dict.fromkeys(w for w in words if w))

    def problems(self) -> dict[str, str]:
        """field → message for what cannot be saved; nothing is cut or replaced silently."""
        out = {
            name: f"“{value[:40]}” is no choice here. Choose one from the list."
            for name, value in self.unknown_choices.items()
        }
        return out | bounds.tags(self.tags, self.tag_list) | bounds.problems(self.payload)


def read_form(form: Fields, item_id: uuid.UUID) -> ComposerInput:
    """The form as a value. Nothing in it raises: garbage means nothing, and `unknown_choices` names what must not be replaced silently."""
    raw = {
        "title": form.get("title"), "body": form.get("body"), "language": form.get("language"), "disclosure": form.get("disclosure"),
        "variants": _variants(form), "media": pictures(form),
        "link_rules": {"utm": {k: form.get(f"utm-{k}") for k in payloads.UTM}},
    }  # fmt: skip
    return ComposerInput(
        item_id=item_id, payload=payloads.normalize(raw), base_id=parse_id(form.get("base")), kind=payloads.line(form.get("kind")) or "post",
        campaign_id=str(parse_id(form.get("campaign")) or ""), tags=payloads.clean(form.get("tags")),
        accounts=tuple(str(a) for a in map(parse_id, form.getlist("accounts")) if a), plan_on=payloads.line(form.get("plan_on"))[:200],
        plan_at=payloads.line(form.get("plan_at"))[:200], plan_zone=zone_named(form.get("plan_zone") or "") or "UTC",
        plan_which=payloads.line(form.get("plan_which"))[:10], confirmed=bool(form.get("confirm_secret")),
        unknown_choices=_unknown_choices(form),
    )  # fmt: skip


def _unknown_choices(form: Fields) -> dict[str, str]:
    """What no menu of the page sends; kinds, languages and campaigns that exist are known to the view (see composer.py)."""
    disclosure, campaign = (payloads.line(form.get(name)) for name in ("disclosure", "campaign"))
    out = {}
    if disclosure and disclosure not in payloads.DISCLOSURES:
        out["disclosure"] = disclosure
    if campaign and parse_id(campaign) is None:
        out["campaign"] = campaign
    return out


def _variants(form: Fields) -> dict[str, dict[str, Any]]:
    out: dict[str, dict[str, Any]] = {}
    for name, value in form.items():
        if found := VARIANT.fullmatch(name):
            kind, platform = found.groups()
            own = out.setdefault(platform, {"options": {}})
            if kind == "variant":
                own["text"] = value
            elif kind == "comment":
                own["first_comment"] = value
            elif kind == "parts":
                own["parts"] = re.split(r"\n-{3,}\n", payloads.clean(value))
            else:
                own["options"]["no_pictures"] = True
        elif found := OPTION.fullmatch(name):
            value = payloads.clean(form.getlist(name)[-1]).strip()
            if found[2] in (known := defaults(found[1])) and value != known[found[2]]:
                out.setdefault(found[1], {"options": {}})["options"][found[2]] = value
    return out


def defaults(platform: str) -> dict[str, str]:
    """The platform's options with what an untouched field sends: those values are left out of a payload."""
    try:
        spec = registry.get(platform).spec
    except KeyError:
        return {}
    return {
        o.name: ("1" if o.default in ("1", "true") else "0") if o.kind == "bool" else o.default for o in spec.options
    }


def pictures(form: Fields) -> list[dict[str, Any]]:
    """The pictures of the form in their order, those taken off left out."""
    off = str(form.get("do") or "").removeprefix("remove:")
    found = sorted((int(m[1]), value) for name, value in form.items() if (m := PICTURE.fullmatch(name)))
    return [
        {"sha256": sha, "alt": form.get(f"media-{at}-alt") or "", "crop": None}
        for at, sha in found
        if SHA256.fullmatch(str(sha)) and sha != off and not form.get(f"media-{at}-off")
    ]


def from_draft(
    item_id: uuid.UUID, payload: Mapping[str, Any], plan: Mapping[str, Any], base_id: uuid.UUID | None
) -> ComposerInput:
    """What autosave kept."""
    known = {
        k: v
        for k, v in plan.items()
        if k in ComposerInput.__dataclass_fields__ and k not in ("item_id", "payload", "base_id", "accounts")
    }
    return ComposerInput(
        item_id=item_id,
        payload=payloads.normalize(payload),
        base_id=base_id,
        accounts=tuple(plan.get("accounts") or ()),
        **known,
    )
