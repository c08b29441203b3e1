"""A browser's user agent in two words: "Firefox on Linux". Pure; a guess for people, never a decision."""

from __future__ import annotations

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def device_name(user_agent: str | None) -> str:
    """What people would call it; "Unknown device" when nothing is known."""
    text = user_agent or ""
    browser = next((word for mark, word in _BROWSERS if mark in text), "")
    system = next((word for mark, word in _SYSTEMS if mark in text), "")
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or "Unknown device"


def is_phone(user_agent: str | None) -> bool:
    """Whether it looks like a phone: only picks the icon."""
    return any(mark in (user_agent or "") for mark in ("iPhone", "Mobile", "Android"))
