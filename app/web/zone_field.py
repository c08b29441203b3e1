"""A time zone in a form: a field in which one types, with the zones as its list; and what a browser says of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import HiddenField, StringField

from app.lib.zone_names import LONGEST, is_zone, name_of_today, zone_named
from app.web import times
from app.web.template_globals import zone


class ZoneField(StringField):
    """`data` is the IANA name of the zone that was typed, or what was typed where it names none: the verb refuses that."""

    def __init__(self, label: str, filters: Iterable[Callable[[Any], Any]] = (), **given: Any) -> None:
        shown = {"maxlength": LONGEST, "autocomplete": "off", "spellcheck": "false"}
        super().__init__(label, render_kw=shown, filters=[*filters, lambda text: zone_named(text or "")], **given)

    def _value(self) -> str:
        return (self.data or "").replace("_", " ")


def zone_of_browser(name: str) -> str | None:
    """The zone that a browser says it is in, by its name of today; None where it says none that exists."""
    known = name_of_today(zone_named(name))
    return known if is_zone(known) else None


class ShownZone(HiddenField):
    """The zone in which the page showed (and took) local times: another one chosen meanwhile in a second tab moves nothing."""

    def __init__(self, label: str = "Time zone", **given: Any) -> None:
        super().__init__(label, default=lambda: zone().key, **given)

    @property
    def where(self) -> ZoneInfo:
        """The reader's own where the page did not say one that exists."""
        return times.zone(self.data) if self.data and is_zone(self.data) else zone()

    @property
    def words(self) -> str:
        """Its name as people read it."""
        return self.where.key.replace("_", " ")
