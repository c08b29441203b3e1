"""What was approved is what goes out: anything altered behind the desk's back is held "changed" and not sent."""

from __future__ import annotations

import hashlib
import io

import pytest
import sqlalchemy as sa
from PIL import Image

from app.content.actions import store_picture
from app.content.images import read
from app.core.db import db
from app.core.transactions import transaction
from app.outbound.files import Files
from app.publishing import actions
from app.site.models import LocalPost
from tests import publishing_desk as desk
from tests.factories import serial

LINKED = "Read https://example.org/stones now."
UTM = {"utm": {"source": "desk", "medium": "social", "campaign": "stones"}}


@pytest.fixture
def files(app):
    return Files(app.config["ENVIRONMENT"].files)


def with_picture(files):
    buffer = io.BytesIO()
    Image.new("RGB", (40 + next(serial), 30), "teal").save(buffer, "PNG")
    asset = transaction(store_picture, files, read(buffer.getvalue()), "stones.png")
    media = [{"sha256": asset.content_hash, "alt": "Five stones", "crop": None}]
    return desk.approved(LINKED, media=media, link_rules=UTM), asset.content_hash


def held(key):
    desk.work()
    assert desk.record(key).status == "pending" and desk.attempts(key) == []
    assert transaction(lambda: db.session.scalar(sa.select(sa.func.count()).select_from(LocalPost))) == 0
    return [(h.reason, h.note) for h in desk.holds(key)]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("{body}", "Send money."),
        ("{title}", "Another title"),
        ("{media,0,alt}", "Something else"),
        ("{link_rules,utm,campaign}", "stolen"),
        ("{disclosure}", "automated"),
    ],
)
def test_an_altered_payload_is_held(app, files, path, value):
    made, _ = with_picture(files)
    (key,) = desk.scheduled(desk.account(), made=made)
    desk.by_hand(
        "UPDATE artifacts SET payload = jsonb_set(payload, CAST(:path AS text[]), to_jsonb(CAST(:value AS text)))",
        path=path,
        value=value,
    )
    assert held(key) == [("changed", "The content was altered after its approval.")]


def test_an_altered_payload_with_its_hash_recomputed_is_held(app, files):
    made, _ = with_picture(files)
    (key,) = desk.scheduled(desk.account(), made=made)
    from app.content.hashing import content_hash

    forged = {**made[1].payload, "body": "Send money."}
    desk.by_hand(
        "UPDATE artifacts SET payload = CAST(:p AS jsonb), content_hash = :h",
        p=__import__("json").dumps(forged),
        h=content_hash(forged),
    )
    assert held(key)[0][0] == "changed"


def test_even_an_approval_forged_with_it_does_not_pass_the_composed_hash(app, files):
    made, _ = with_picture(files)
    (key,) = desk.scheduled(desk.account(), made=made)
    from app.content.hashing import content_hash

    forged = {**made[1].payload, "body": "Send money."}
    desk.by_hand(
        "UPDATE artifacts SET payload = CAST(:p AS jsonb), content_hash = :h",
        p=__import__("json").dumps(forged),
        h=content_hash(forged),
    )
    desk.by_hand("UPDATE content_items SET approved_hash = :h", h=content_hash(forged))
    assert held(key)[0][0] == "changed"


def test_an_altered_media_byte_is_held(app, files):
    made, sha256 = with_picture(files)
    (key,) = desk.scheduled(desk.account(), made=made)
    path = files.path(sha256)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.chmod(0o644)
    path.write_bytes(content)
    assert hashlib.sha256(content).hexdigest() != sha256
    assert held(key)[0][0] == "changed"


def test_an_approval_taken_away_is_held(app, files):
    made, _ = with_picture(files)
    (key,) = desk.scheduled(desk.account(), made=made)
    desk.by_hand("UPDATE content_items SET approved_version_id = NULL")
    assert held(key)[0][0] == "changed"


def test_released_without_repair_it_is_held_again(app, files):
    made, _ = with_picture(files)
    (key,) = desk.scheduled(desk.account(), made=made)
    desk.by_hand("UPDATE artifacts SET payload = jsonb_set(payload, '{body}', '\"x\"')")
    held(key)
    transaction(actions.release, "record", key, "changed")
    assert held(key)[0][0] == "changed"


def test_another_composer_version_goes_out_when_it_composes_the_same(app, files):
    made, _ = with_picture(files)
    (key,) = desk.scheduled(desk.account(), made=made)
    desk.by_hand("UPDATE publish_records SET composer_version = 0")
    desk.work()
    assert desk.record(key).status == "success"
