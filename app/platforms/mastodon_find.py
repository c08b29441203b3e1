"""Is the post there? Our own statuses since the attempt. There are three answers, and doubt is one of them.

found   a status that is ours by identity: `mastodon_compare`, within the attempt's time, nobody else's
absent  calibrated: the same answer shows the account's last posts of the same shape, so it would show this one
doubt   a status that is nearly ours, or a list that could not have shown it
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from app.platforms.base import (
    Absent,
    Candidate,
    CannotTell,
    Context,
    Doubt,
    Found,
    KnownPost,
    Lookup,
    Post,
    UnsealedAccount,
)
from app.platforms.mastodon_account import authorization, server
from app.platforms.mastodon_compare import ODD_TIME, address, candidate, created_at, differences, shape
from app.platforms.mastodon_listing import Listing, read_statuses
from app.platforms.mastodon_status import remarks_on

EARLIER = timedelta(minutes=2)
NEAR = timedelta(hours=1)
"""So far outside the attempt's time a post that is ours otherwise is still shown to a person."""
CALIBRATE = 3
ANOTHER_ONE = "fits another post that waits as well"
MAYBE_ANOTHER = "may be another post that waits as well"
SOURCES = 12


def find(ctx: Context, account: UnsealedAccount, post: Post, key: str, since: datetime) -> Lookup:
    """Found only by identity, Absent only where this look would have seen the post, else Doubt with what was seen."""
    known = [one for one in ctx.other_posts.known if shape(one.post) == shape(post)][:CALIBRATE]
    listing = read_statuses(ctx, account, since - EARLIER, known[0].post_id if known else "")
    if isinstance(listing, CannotTell):
        return listing
    search = Search(ctx, account, post, since, listing)
    calibration = search.calibration(known)
    exact, near = search.sift(times_fit=calibration.times_fit)
    if exact:
        return exact[0] if len(exact) == 1 else _with_others(exact)
    evidence = {"statuses": len(listing.statuses), "since": since.isoformat(), "known": calibration.recognised}
    if near:
        return Doubt("There is a post that is nearly this one, but not surely.", tuple(near), evidence)
    if not listing.whole:
        return CannotTell(
            f"More than {len(listing.statuses)} posts since the attempt; the list was not read to its end."
        )
    if listing.distrust or calibration.reason:
        return Doubt(
            f"It is not listed, but absence proves nothing here: {listing.distrust or calibration.reason}.",
            (),
            evidence,
        )
    return Absent(f"{server(account)}: {len(listing.statuses)} own posts", evidence)


def _with_others(exact: list[Found]) -> Found:
    first, *others = exact
    return replace(first, others=tuple(others))


@dataclass(frozen=True)
class Calibration:
    """Whether this look sees posts like the one that is looked for. `reason`: why not, "" when it does."""

    reason: str = ""
    recognised: int = 0
    times_fit: bool = True


class Search:
    """One listing read for one post."""

    def __init__(self, ctx: Context, account: UnsealedAccount, post: Post, since: datetime, listing: Listing) -> None:
        self.ctx, self.account, self.post, self.listing = ctx, account, post, listing
        self.begin = since - EARLIER + listing.skew
        self.end = (ctx.other_posts.until or ctx.clock.now()) + EARLIER + listing.skew
        self.sources: dict[str, str | None] = {}

    def calibration(self, known: list[KnownPost]) -> Calibration:
        """The account's last posts of this shape, recognised by the comparison that is used for the post itself."""
        by_id = {str(one.get("id")): one for one in self.listing.statuses}
        recognised, offsets = 0, []
        for one in known:
            status = by_id.get(one.post_id)
            if status is None:
                if not self.listing.reaches(one.published_at) or self._is_gone(one.post_id):
                    continue
                return Calibration("this server does not list a post of this kind that we know is there", recognised)
            if differences(one.post, status, self.source) != ():
                return Calibration("this server shows posts of this kind otherwise than they were sent", recognised)
            recognised += 1
            made = created_at(status)
            offsets += [abs(made - self.listing.skew - one.published_at)] if made else []
        if not recognised:
            return Calibration("we know of no earlier post of this kind that the list shows")
        if not offsets or min(offsets) > EARLIER:
            return Calibration("the times of this server are not to be trusted", recognised, times_fit=False)
        return Calibration("", recognised)

    def sift(self, times_fit: bool) -> tuple[list[Found], list[Candidate]]:
        """What is ours by identity and what is nearly so, oldest first."""
        exact, near = [], []
        for status in reversed(self.listing.statuses):
            if str(status.get("id")) in self.ctx.other_posts.taken or not self._in_reach(status, times_fit):
                continue
            differs = differences(self.post, status, self.source)
            if differs is None:
                continue
            if not times_fit or not self._in_time(status):
                differs = (*differs, ODD_TIME)
            fits_rival = any(differences(rival, status, self.source) == () for rival in self.ctx.other_posts.rivals)
            if fits_rival and differs:
                continue
            if fits_rival:
                differs = (ANOTHER_ONE,)
            elif not differs and not self.ctx.other_posts.every_rival:
                differs = (MAYBE_ANOTHER,)
            if differs:
                near.append(candidate(status, differs))
            else:
                evidence = {"match": "exact", "created_at": status.get("created_at")}
                remarks = remarks_on(self.post, status)
                url, made = address(status), self._ours(status)
                exact.append(Found(str(status.get("id")), url, "listing", made, evidence, remarks=remarks))
        return exact, near

    def _ours(self, status: Mapping[str, Any]) -> datetime | None:
        """When it was made, by the database's clock."""
        made = created_at(status)
        return made and made - self.listing.skew

    def _in_time(self, status: Mapping[str, Any]) -> bool:
        made = created_at(status)
        return made is not None and self.begin <= made <= self.end

    def _in_reach(self, status: Mapping[str, Any], times_fit: bool) -> bool:
        made = created_at(status)
        return not times_fit or made is None or self.begin - NEAR <= made

    def source(self, status: Mapping[str, Any]) -> str | None:
        """GET /api/v1/statuses/:id/source: the text as it was written; None where the server does not tell."""
        number = str(status.get("id"))
        if number not in self.sources and len(self.sources) < SOURCES:
            answer = self._get(f"{number}/source").object()
            text = answer.get("text")
            self.sources[number] = text if isinstance(text, str) and str(answer.get("id")) == number else None
        return self.sources.get(number)

    def _is_gone(self, number: str) -> bool:
        """A known post that somebody took down; a server that hides it still says so about one that it only does not list."""
        return self._get(number).status in (404, 410)

    def _get(self, path: str) -> Any:
        url = f"{server(self.account)}/api/v1/statuses/{path}"
        return self.ctx.http.call("GET", url, headers=authorization(self.account))
