"""One post the whole way: a connected account, an approved text with pictures, the real worker, a real PDS.

Prints what the record and its attempts say, keeps the record page as HTML, and answers how many things were wrong.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.accounts import services
from app.accounts.actions import connect
from app.accounts.connect_input import ConnectInput
from app.content.actions.assets import store_picture
from app.content.images import read
from app.core.actor import acting
from app.core.transactions import transaction
from app.delivery import drain
from app.outbound.files import Files
from tests import publishing_desk as desk
from tests.factories import PASSWORD, make_user
from tests.peers.corpus import picture
from tests.peers.pds import Pds
from tests.peers.shot import take
from tests.peers.site import Site

TEXT = "日本 👨‍👩‍👧 @{name}.test https://例え.jp/ü #ニュース\n\nEnde 🎉"


def one_post(pds: Pds, site: Site, page: Path, picture_too: bool) -> list[str]:
    """What was wrong; empty when all is well."""
    name = "newsroom"
    made = pds.account(name)
    values = ConnectInput("bluesky", "Newsroom", dict(made.secrets), dict(made.configuration))
    with acting(desk.staff()):
        account = transaction(connect, values)
    checked = services.verify(account.id)
    print(f"  account: {type(checked).__name__} {getattr(checked, 'name', '')}")
    media = [_asset(site, number) for number in range(2)]
    key = desk.scheduled(account.id, made=desk.approved(TEXT.format(name=name), title="To a real PDS", media=media))[0]
    drain.drain()
    row = desk.record(key)
    wrong = [] if row.status == "success" else [f"the record is {row.status}: {row.error_message}"]
    for attempt in desk.attempts(key):
        print(
            f"  attempt {attempt.number} {attempt.step}: {attempt.outcome} {attempt.http_status} {attempt.duration_ms} ms"
        )
    print(f"  record: {row.status} {row.platform_post_id} {row.platform_url}")
    wrong += _stored(pds, str(row.platform_post_id), TEXT.format(name=name), made.secrets["app_password"], key)
    user = transaction(make_user, "operator")
    email = user.email
    page.write_bytes(_page(site, email, key))
    print(f"  record page: {page}")
    if picture_too:
        take(site.app, email, f"/records/{key}", page.with_suffix(".png"))
        print(f"  picture of it: {page.with_suffix('.png')}")
    return wrong


def _asset(site: Site, number: int) -> dict[str, Any]:
    content = picture("PNG", number)[0]
    asset = transaction(store_picture, Files(site.settings.files), read(content), f"picture-{number}.png")
    return {"sha256": asset.content_hash, "alt": f"A square, number {number}"}


def _stored(pds: Pds, uri: str, text: str, secret: str, key: Any) -> list[str]:
    if not uri.startswith("at://"):
        return ["there is no post"]
    repo, collection, rkey = uri.removeprefix("at://").split("/")
    asked = {"repo": repo, "collection": collection, "rkey": rkey}
    value = pds.call("GET", "com.atproto.repo.getRecord", params=asked)["value"]
    wrong = [] if value["text"] == text else [f"stored {value['text']!r}"]
    alts = [image["alt"] for image in (value.get("embed") or {}).get("images", [])]
    wrong += [] if alts == ["A square, number 0", "A square, number 1"] else [f"alt texts {alts}"]
    shown = str([(a.request, a.response) for a in desk.attempts(key)])
    return wrong + ([] if secret not in shown and "eyJ" not in shown else ["a secret stands in an attempt"])


def _page(site: Site, email: str, key: Any) -> bytes:
    """The record page as an operator sees it."""
    browser = site.app.test_client()
    browser.post("/sign-in", data={"email": email, "password": PASSWORD})
    answer = browser.get(f"/records/{key}")
    if answer.status_code != 200:
        raise RuntimeError(f"the record page answered {answer.status_code}")
    return bytes(answer.get_data())
