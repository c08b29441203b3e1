"""What a person typed into the connect form, held against the connector's SPEC. Pure.

In: a SPEC, a name, secrets and configuration as texts. Out: the cleaned configuration, or errors by field name
(`name`, `secret_<x>`, `config_<x>`). A message never repeats what was typed: it may be a secret.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from app.accounts import remote
from app.lib.secrets import in_field
from app.platforms.base import ConfigField, Platform, SecretField

LONGEST_NAME = 100
LONGEST = 4096


@dataclass(frozen=True)
class ConnectInput:
    """An account as entered. `secrets` never show in a repr."""

    platform: str
    name: str
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    configuration: Mapping[str, Any] = field(default_factory=dict, repr=False)


def problems(spec: Platform, entry: ConnectInput, keep_secrets: bool = False) -> dict[str, str]:
    """Errors by field; {} when all is well. `keep_secrets`: an empty secret means "keep the one you have"."""
    found = _name(entry.name)
    for secret in spec.secrets:
        message = _secret(secret, entry.secrets.get(secret.name, ""), keep_secrets)
        if message:
            found[f"secret_{secret.name}"] = message
    for setting in spec.configuration:
        message = _setting(setting, str(entry.configuration.get(setting.name) or ""))
        if message:
            found[f"config_{setting.name}"] = message
    return found


def clean(spec: Platform, configuration: Mapping[str, Any]) -> dict[str, Any]:
    """The settings with their types; empty ones take the SPEC's default or are left out."""
    result: dict[str, Any] = {}
    for setting in spec.configuration:
        raw = configuration.get(setting.name)
        text = str(raw).strip() if raw not in (None, False) else ""
        if setting.kind == "bool":
            result[setting.name] = text.lower() in ("true", "1", "on", "y", "yes")
        elif text or setting.default:
            value = text or setting.default
            result[setting.name] = _parse(setting.kind, value)
    return result


def _parse(kind: str, value: str) -> Any:
    """What is no number stays a text: `problems` refuses it beside its field, whoever asks first (S15)."""
    if kind == "int":
        return int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else value
    return with_scheme(value) if kind == "url" else value


def addresses(spec: Platform, configuration: Mapping[str, Any]) -> dict[str, str]:
    """The web addresses among the settings, by form field: what the address guard has to look at."""
    found = {s.name: str(configuration.get(s.name) or s.default) for s in spec.configuration if s.kind == "url"}
    return {f"config_{name}": with_scheme(address) for name, address in found.items() if address}


def changed_addresses(
    spec: Platform, before: Mapping[str, Any], after: Mapping[str, Any]
) -> dict[str, list[str | None]]:
    """Setting → [old, new] of every address that names another place than before: where the secrets would be sent."""
    found: dict[str, list[str | None]] = {}
    for setting in spec.configuration:
        if setting.kind == "url":
            old, new = (str(values.get(setting.name) or setting.default) for values in (before, after))
            if not _same(old, new):
                found[setting.name] = [remote.without_query(old) or None, remote.without_query(new) or None]
    return found


def missing_secrets(spec: Platform, entry: ConnectInput, before: Mapping[str, Any]) -> dict[str, str]:
    """Errors by field for secrets that were left empty although the address changed: the old ones do not follow it."""
    if not changed_addresses(spec, before, clean(spec, entry.configuration)):
        return {}
    return {
        f"secret_{secret.name}": f"The address changed: enter the {secret.label[:1].lower()}{secret.label[1:]} again, it is not"
        " sent to another server."
        for secret in spec.secrets
        if secret.required and not entry.secrets.get(secret.name, "").strip()
    }


def server_settings(spec: Platform, configuration: Mapping[str, Any], keep: Sequence[str]) -> set[str]:
    """Settings that no person entered: what the server told of itself. `keep`: names of the desk's own rules."""
    return set(configuration) - {setting.name for setting in spec.configuration} - set(keep)


def with_scheme(address: str) -> str:
    """An address with its scheme: people write "mastodon.social" and mean https."""
    address = address.strip().rstrip("/")
    return address if "://" in address else f"https://{address}"


def looks_like_address(text: str) -> bool:
    """Whether what was typed into a secret's field is a web address or an e-mail address."""
    text = text.strip()
    return bool(re.match(r"(?i)^https?://", text)) or bool(re.match(r"^[^@\s]+@[^@\s]+\.[a-z]{2,}$", text))


def _name(name: str) -> dict[str, str]:
    if not name.strip():
        return {"name": "Enter a name, for example the account's handle."}
    if len(name) > LONGEST_NAME:
        return {"name": f"Use at most {LONGEST_NAME} characters."}
    kind = in_field(name)
    return {"name": _misplacement_message(kind)} if kind else {}


def _secret(secret: SecretField, value: str, keep: bool) -> str | None:
    value = value.strip()
    if not value:
        return f"Enter the {secret.label[:1].lower()}{secret.label[1:]}." if secret.required and not keep else None
    if len(value) > LONGEST:
        return f"That is longer than {LONGEST:,} characters. Paste only the {secret.label.lower()}."
    if secret.pattern and not re.fullmatch(secret.pattern, value):
        return _wrong_paste(secret, value)
    if "http" not in secret.pattern and looks_like_address(value):
        return "That looks like an address, not a secret. It belongs in another field."
    return "A secret has no spaces or line breaks. Copy it again." if re.search(r"\s", value) else None


def _wrong_paste(secret: SecretField, value: str) -> str:
    what = "an address" if looks_like_address(value) else "something else"
    return f"That looks like {what}, not like the {secret.label[:1].lower()}{secret.label[1:]}."


def _setting(setting: ConfigField, value: str) -> str | None:
    value = value.strip()
    if not value:
        return (
            f"Enter the {setting.label[:1].lower()}{setting.label[1:]}."
            if setting.required and not setting.default
            else None
        )
    if len(value) > LONGEST:
        return f"Use at most {LONGEST:,} characters."
    kind = in_field(value) if setting.kind in ("text", "url") else None
    if kind:
        return _misplacement_message(kind)
    if setting.kind == "int" and not re.fullmatch(r"[0-9]{1,9}", value):
        return "Enter a whole number, like 10."
    if setting.kind == "choice" and value not in dict(setting.choices):
        return f"Choose one of {', '.join(word for _, word in setting.choices)}."
    return _address(with_scheme(value)) if setting.kind == "url" else None


def _same(old: str, new: str) -> bool:
    """What is no address at all is the same only letter by letter."""
    return old == new or "" != remote.normalize_address(old) == remote.normalize_address(new)


def _address(value: str) -> str | None:
    try:
        named = "@" in urlsplit(value).netloc
    except ValueError:
        named = False
    if named:
        return "Leave the name and password out of the address."
    # a tab or a line break inside is not seen by urlsplit, which drops it
    if re.search(r"[\s\x00-\x1f\\]", value) or not remote.normalize_address(value):
        return "That is not a web address. Write it like https://mastodon.social."
    return None


def _misplacement_message(kind: str) -> str:
    return (
        f"This looks like {kind}. It was not kept: this field is shown to everybody. Put it into the field for secrets."
    )
