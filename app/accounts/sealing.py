"""Secrets of a row, sealed value by value: the structure stays readable, every text in it is sealed.

In: an account's id and a tree of dicts, lists and texts. Out: the same tree. The context of a value is
"platform_credentials:<id>:<path>", so a value moved to another row or field does not open.
Errors: `crypto.Unsealable`, which never carries a value.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from app.core import crypto

Tree = Any
PREFIX = "v1."
SESSION = "session"
"""The field of the shared session: tokens made from the secrets, not one of them."""


def context(account_id: uuid.UUID, path: str) -> str:
    """What a sealed value is bound to."""
    return f"platform_credentials:{account_id}:{path}"


def seal_tree(account_id: uuid.UUID, tree: Tree) -> Tree:
    """Seal every text; what is no text (numbers, flags) stays as it is."""
    return _walk(tree, lambda path, value: crypto.seal(value, context=context(account_id, path)))


def open_tree(account_id: uuid.UUID, tree: Tree) -> Tree:
    """Open every text. Raises Unsealable, also for a value that was never sealed: `flask keys rotate` mends that."""
    return _walk(tree, lambda path, value: _open(account_id, path, value))


def reseal_tree(account_id: uuid.UUID, tree: Tree) -> Tree:
    """Everything under the newest key; a value that a person put in by plain SQL is sealed now."""

    def renew(path: str, value: str) -> str:
        plain = _open(account_id, path, value) if value.startswith(PREFIX) else value
        return crypto.seal(plain, context=context(account_id, path))

    return _walk(tree, renew)


def key_ids(tree: Tree) -> set[str]:
    """Ids of the keys that sealed the values; "" stands for a value in clear."""
    found: set[str] = set()

    def note(_path: str, value: str) -> str:
        found.add(crypto.key_id(value) if value.startswith(PREFIX) and value.count(".") >= 2 else "")
        return value

    _walk(tree, note)
    return found


def oldest_key(tree: Tree, newest: str) -> str | None:
    """What stands in `key_id`: a key that still has to be replaced, else the newest, None when nothing is sealed."""
    used = key_ids(tree)
    older = sorted(used - {newest})
    return older[0] if older else newest if used else None


def fingerprint(account_id: uuid.UUID, credentials: Mapping[str, Any]) -> str:
    """Changes with the secrets, tells nothing about them; the shared session does not count. "" when they cannot be opened."""
    sealed = {name: value for name, value in credentials.items() if name != SESSION}
    try:
        secrets = open_tree(account_id, sealed)
    except crypto.Unsealable:
        return ""
    return hashlib.sha256(json.dumps([str(account_id), secrets], sort_keys=True).encode()).hexdigest()[:16]


def _open(account_id: uuid.UUID, path: str, value: str) -> str:
    if not value.startswith(PREFIX):
        raise crypto.Unsealable("a secret of this account was stored in clear; run `flask keys rotate`, which seals it")
    return crypto.unseal(value, context=context(account_id, path))


def _walk(tree: Tree, change: Callable[[str, str], str], path: str = "") -> Tree:
    if isinstance(tree, dict):
        return {key: _walk(value, change, f"{path}.{key}" if path else key) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_walk(value, change, f"{path}.{index}") for index, value in enumerate(tree)]
    return change(path, tree) if isinstance(tree, str) else tree
