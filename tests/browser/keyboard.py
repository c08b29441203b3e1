"""A person without a mouse: Tab until the named thing has the focus, and see where it is at every stop."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.sync_api import Page, expect

# What the eye finds: a ring or a shadow on the focused element (or on what stands for a hidden radio button), inside the window,
# with nothing lying over it. A date field hands the focus to its own parts, which the browser marks itself.
SEEN = """() => {
  const at = document.activeElement, own = at.matches('[type=date], [type=time], [type=datetime-local]');
  const shown = Number(getComputedStyle(at).opacity) ? at : at.nextElementSibling, style = getComputedStyle(shown);
  const box = shown.getBoundingClientRect(), x = box.x + box.width / 2, y = box.y + box.height / 2;
  const ring = (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
  if (!own && !ring) return 'no ring';
  const room = (parseFloat(style.outlineWidth) + parseFloat(style.outlineOffset)) || 0;
  for (let up = shown.parentElement; !own && style.outlineStyle !== 'none' && up && up !== document.body; up = up.parentElement) {
    if (getComputedStyle(up).overflowX === 'visible') continue;
    const cut = up.getBoundingClientRect();
    if (box.left - room < cut.left && box.right + room > cut.right) return 'ring cut off by ' + up.tagName + '.' + up.className;
  }
  const tops = [[x, y], [x, box.top + 3], [x, box.bottom - 3]].map((point) => document.elementFromPoint(...point));
  if (tops.some((top) => top && (shown.contains(top) || top.contains(shown)))) return '';
  return tops[0] ? 'covered by ' + tops[0].tagName + '.' + tops[0].className : 'outside the window';
}"""


@dataclass
class Stop:
    """Where the focus is, as a screen reader is told."""

    role: str
    name: str


class Hands:
    """The keyboard of one page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._tree = page.context.new_cdp_session(page)

    def press(self, *keys: str) -> None:
        for key in keys:
            expect(self.page.locator("[data-resting]")).to_have_count(0)  # what has just come is read first
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def stop(self) -> Stop:
        """The role and the name of what has the focus, computed by the browser."""
        found = self._tree.send("Runtime.evaluate", {"expression": "document.activeElement"})["result"]
        node = self._tree.send(
            "Accessibility.getPartialAXTree", {"objectId": found["objectId"], "fetchRelatives": False}
        )
        said = node["nodes"][0]
        return Stop(said.get("role", {}).get("value", ""), said.get("name", {}).get("value", ""))

    def seen(self) -> None:
        """Fails when the eye cannot find the focus."""
        assert (why := self.page.evaluate(SEEN)) == "", f"{self.stop()} at {self.page.url}: {why}"

    def tab_to(self, name: str | re.Pattern[str], role: str = "", most: int = 30, key: str = "Tab") -> Stop:
        """Tab until the element of that name has the focus; every stop on the way can be seen."""
        passed: list[str] = []
        wanted = name if isinstance(name, re.Pattern) else re.compile(f"^{re.escape(name)}$")
        for _ in range(most):
            self.press(key)
            at = self.stop()
            if not self.page.evaluate("document.activeElement === document.body"):
                self.seen()
            if wanted.search(at.name) and role in ("", at.role):
                return at
            passed.append(f"{at.role} “{at.name}”")
        raise AssertionError(f"“{name}” is not within {most} presses of {key}: " + ", ".join(passed))

    def round(self, most: int) -> list[str]:
        """From the skip link by Tab to the skip link again; what the eye could not find on the way."""
        page = self.page
        faults: list[str] = []
        for _ in range(2):  # a page may begin in a field of its own
            faults.clear()
            for _ in range(most):
                self.press("Tab")
                if page.evaluate("document.activeElement.matches('.skip')"):
                    break
                if page.evaluate("document.activeElement !== document.body") and (why := page.evaluate(SEEN)):
                    faults.append(f"{self.stop()}: {why}")
            else:
                return [*faults, f"not round after {most} stops"]
        return faults

    def skip(self) -> None:
        """From the top of a page over the menu into its content, by the skip link."""
        self.tab_to("Skip to content", most=1)
        self.press("Enter")
        expect(self.page.locator("#main")).to_be_focused()
