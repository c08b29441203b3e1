"""Names that mean a secret: of headers, JSON keys, parameters. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

_NAME = re.compile(
    r"pass(?:word|wd|phrase|code|wort)|pwd|token|secret(?!ar)|authori[sz]ation|api[-_ ]?key|credential|private[-_ ]?key|"
    r"access[-_ ]?key|account[-_ ]?key|signing[-_ ]?key|encryption[-_ ]?key|cookie|jwt|sessdata|session[-_ ]?(?:id|key)|bearer|"
    r"(?<![a-z])(?:t?otp|mfa)(?![a-z])|client[-_ ]?assertion|recovery[-_ ]?code",
    re.IGNORECASE,
)
_EXACT_NAMES = frozenset({"pass", "auth", "pin", "bili_jct", "sid", "sess", "session", "csrf"})
_URL_ONLY_NAMES = frozenset({"code", "sig", "key", "signature"})  # too common as JSON keys, telling in an address


def is_secret_name(name: str) -> bool:
    """Whether a header, key or parameter of this name holds a secret."""
    return _is_secret_name(name) if len(name) <= 64 else _NAME.search(name) is not None


@lru_cache(maxsize=4096)
def _is_secret_name(name: str) -> bool:
    """The same few names come again and again."""
    return _NAME.search(name) is not None or name.lower() in _EXACT_NAMES


def is_secret_parameter(name: str) -> bool:
    return is_secret_name(name) or name.lower() in _URL_ONLY_NAMES
