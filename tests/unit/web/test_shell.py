from __future__ import annotations

import pytest

from app.web.frame import current_link

HREFS = ["/", "/records", "/jobs", "/content", "/content/ideas", "/accounts/"]


@pytest.mark.parametrize(("path", "found"), [
    ("/", "/"), ("/records", "/records"), ("/records/01a1/answer", "/records"), ("/recordsx", ""), ("/content/ideas/3", "/content/ideas"),
    ("/content/01a1", "/content"), ("/accounts/01a1", "/accounts/"), ("/elsewhere", ""),
])  # fmt: skip
def test_a_page_belongs_to_the_longest_link_it_begins_with(path: str, found: str) -> None:
    assert current_link(path, HREFS) == found
