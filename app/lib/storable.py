"""Answers and typed values as PostgreSQL can keep them: no NUL, no lone surrogate, at any depth; whole numbers in range. Pure.

JSON may carry both (`"\\u0000"`, half of an emoji cut by a limit); text and jsonb take neither, and an answer that
cannot be written would be an answer that is lost.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_LONE = re.compile("[\ud800-\udfff]")


def storable(value: Any) -> Any:
    """The same value with NUL dropped and lone surrogates replaced, in texts, keys, lists and mappings."""
    if isinstance(value, str):
        return _LONE.sub("\ufffd", value.replace("\x00", ""))
    if isinstance(value, Mapping):
        return {storable(key): storable(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [storable(inner) for inner in value]
    return value


def whole(text: object, otherwise: int = 0) -> int:
    """A typed whole number that a column can hold; `otherwise` for anything else, so that no caller has to catch."""
    said = str(text or "").strip()
    number = int(said) if said.isascii() and said.isdecimal() and len(said) < 11 else -1
    return number if 0 <= number < 2**31 else otherwise
