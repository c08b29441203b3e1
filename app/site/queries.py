"""Posts of our own public pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from markupsafe import Markup

from app.content.markdown_html import render_markdown
from app.core.db import db
from app.core.listing import Args, Listing
from app.lib.errors import NotFound
from app.site.models import LocalPost

P = LocalPost
FEED = 30


class Uncounted(Listing):
    """A list that says "Newer" and "Older" and no number: readers ask for it all day, and a count reads every post."""

    def count(self, args: Args) -> int:
        """Not asked for."""
        return 0


POSTS = Uncounted(
    select=lambda: sa.select(P).where(P.platform == "site", P.removed_at.is_(None)),
    sorts={"published": P.published_at},
    default="-published",
    tiebreak=P.id,
    per_page=10,
)


def newest(limit: int = FEED) -> Sequence[LocalPost]:
    """The posts of the feeds, newest first."""
    published = sa.select(P).where(P.platform == "site", P.removed_at.is_(None))
    return db.session.scalars(published.order_by(P.published_at.desc(), P.id.desc()).limit(limit)).all()


def by_key(key: str, platform: str = "site") -> LocalPost:
    """One post. Raises NotFound, also when it was taken down."""
    found: LocalPost | None = db.session.scalar(
        sa.select(P).where(P.key == key, P.platform == platform, P.removed_at.is_(None))
    )
    if found is None:
        raise NotFound("There is no such post. It may have been taken down.")
    return found


def last_change() -> datetime | None:
    """When any post last came, changed or was taken down; None for an empty site. The end of an index, at any size."""
    return db.session.scalar(sa.select(sa.func.max(P.updated_at)).where(P.platform == "site"))


def image(sha256: str) -> Mapping[str, Any]:
    """How a public post uses this picture: only those are served to everybody. Raises NotFound."""
    used = sa.select(P.media).where(
        P.platform == "site", P.removed_at.is_(None), P.media.contains([{"sha256": sha256}])
    )
    found = db.session.scalar(used.limit(1))
    for use in found or ():
        if use.get("sha256") == sha256:
            return cast("Mapping[str, Any]", use)
    raise NotFound("There is no such picture.")


def html(post: LocalPost) -> Markup:
    """The post's Markdown as safe HTML."""
    return render_markdown(post.body)
