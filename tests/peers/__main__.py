"""Send the corpus to every server, read it back, print the table. Ends with 1 when a difference is unexplained.

python -m tests.peers [--without-pds] [--folder var/peers] [--show] [--picture]
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import sys
from collections import Counter
from pathlib import Path

from app.platforms.base import Media, Post
from app.platforms.bluesky_text import facets
from tests.fakes.client import Fake
from tests.peers.compare import UNEXPLAINED, Outcome, Stored, differences
from tests.peers.corpus import CORPUS, Entry, picture
from tests.peers.desk import one_post
from tests.peers.pds import Pds, install
from tests.peers.site import Site
from tests.peers.targets import Bluesky, Mastodon, Target, marks, send


def main() -> int:
    parser = argparse.ArgumentParser(description="Real posts to real servers, read back and compared.")
    parser.add_argument("--without-pds", action="store_true", help="leave the Bluesky PDS out")
    parser.add_argument("--folder", type=Path, default=Path("var/peers"), help="where the npm packages are kept")
    parser.add_argument("--show", action="store_true", help="one line for each post with a difference")
    parser.add_argument("--picture", action="store_true", help="keep a picture of the record page (wants Chromium)")
    arguments = parser.parse_args()
    outcomes: list[Outcome] = []
    with contextlib.ExitStack() as stack:
        targets: list[Target] = []
        pds: Pds | None = None
        if not arguments.without_pds:
            seconds = install(arguments.folder.resolve())
            print(f"PDS packages: {f'installed in {seconds:.0f} s' if seconds else 'there already'}", flush=True)
            pds = stack.enter_context(Pds(arguments.folder.resolve()))
            targets.append(Bluesky(pds))
        targets += [Mastodon(stack.enter_context(Fake()), dialect) for dialect in ("mastodon", "pleroma", "gotosocial")]
        site = stack.enter_context(Site())
        targets.append(site)
        for target in targets:
            outcomes += [one(target, entry) for entry in CORPUS]
            print(f"{target.name}: {len(CORPUS)} posts sent and read back", flush=True)
        wrong: list[str] = []
        if pds is not None:
            print("\nOne post through the desk to the PDS:")
            wrong = one_post(pds, site, arguments.folder.resolve() / "record.html", arguments.picture)
    for words in wrong:
        print(f"  wrong: {words}")
    return max(report(outcomes, arguments.show), bool(wrong))


def one(target: Target, entry: Entry) -> Outcome:
    """Send one entry and compare what is stored."""
    outcome = Outcome(target.name, entry.name)
    try:
        post = composed(target, entry)
        post_id, outcome.found = send(target, post)
        stored = target.read_back(post_id)
        outcome.classes = differences(as_sent(target, post), stored)
        if outcome.classes:
            outcome.details = f"{post.text[:60]!r} → {stored.text[:60]!r}"
    except RuntimeError as error:
        outcome.classes, outcome.details = [UNEXPLAINED], str(error)
    return outcome


def composed(target: Target, entry: Entry) -> Post:
    """The post with its pictures in the target's files; the site wants a title and a text."""
    media = tuple(_medium(target, kind, number, alt) for number, (kind, alt) in enumerate(entry.pictures))
    title = entry.title or (entry.name if target.slug == "site" else "")
    text = entry.text or (entry.name if target.slug == "site" else "")
    return Post(text, title=title, media=media, language=entry.language, link=entry.link)


def _medium(target: Target, kind: str, number: int, alt: str) -> Media:
    content, mime, width, height = picture(kind, number)
    put = target.ctx.files.put  # type: ignore[attr-defined]
    medium: Media = put(content, mime=mime, alt=alt, width=width, height=height)
    assert medium.sha256 == hashlib.sha256(content).hexdigest()
    return medium


def as_sent(target: Target, post: Post) -> Stored:
    """What should be there if the server changed nothing."""
    sha256s, alts = tuple(m.sha256 for m in post.media), tuple(m.alt for m in post.media)
    expected = None
    if target.slug == "bluesky":
        known = {"desk.test": target.account.account_id}
        expected = marks(post.text, facets(post.text, known))
    return Stored(post.text, alts, sha256s, post.language, expected)


def report(outcomes: list[Outcome], show: bool) -> int:
    """The table; 1 when something is unexplained or was not found again."""
    print(
        f"\n{'server':<28}{'sent':>5}{'stored':>8}{'alike':>7}{'found again':>13}{'unexplained':>13}  differences by class"
    )
    for name in dict.fromkeys(outcome.target for outcome in outcomes):
        mine = [outcome for outcome in outcomes if outcome.target == name]
        classes = Counter(cls for outcome in mine for cls in dict.fromkeys(outcome.classes))
        bad, alike = classes.pop(UNEXPLAINED, 0), sum(not outcome.classes for outcome in mine)
        again = sum(outcome.found in ("key", "listing") for outcome in mine)
        stored = sum(bool(outcome.found) for outcome in mine)
        words = "; ".join(f"{cls} {count}" for cls, count in classes.items()) or "none"
        print(f"{name:<28}{len(mine):>5}{stored:>8}{alike:>7}{again:>13}{bad:>13}  {words}")
    for outcome in outcomes:
        if UNEXPLAINED in outcome.classes or outcome.found not in ("key", "listing") or (show and outcome.classes):
            print(f"  {outcome.target}: {outcome.name}: {', '.join(outcome.classes)} {outcome.details} {outcome.found}")
    good = all(UNEXPLAINED not in outcome.classes and outcome.found in ("key", "listing") for outcome in outcomes)
    print("\nunexplained = 0" if good else "\nunexplained differences: see above")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
