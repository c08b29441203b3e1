"""Pictures from the upload to the record: one row per content, a smaller rendition where a platform needs it."""

from __future__ import annotations

import io
import subprocess

import pytest
import sqlalchemy as sa
from PIL import Image

from app.content import actions, images, queries
from app.content.compose import compose, composed_hash
from app.content.models import Artifact, ContentAsset, ContentAssetRelation, ContentItem
from app.content.picture import SMALL_BYTES
from app.content.views.pictures import files
from app.core import deadline
from app.core.db import db
from app.lib.errors import NotFound
from tests.factories import make_account, make_item, make_user
from tests.integration.content.test_composer import form


def large():
    out = io.BytesIO()
    Image.effect_noise((2600, 1700), 110).convert("RGB").save(out, "PNG")
    return images.read(out.getvalue(), "big.png")


@pytest.fixture(scope="module")
def picture():
    return large()


def kept(picture, name="big.png"):
    return actions.store_picture(files(), picture, name)


def test_the_same_picture_twice_is_one_row_and_one_rendition(app, commit, picture):
    first, again = commit(kept, picture), commit(kept, picture, "other name.png")
    rows = {a.file_type: a for a in db.session.scalars(sa.select(ContentAsset))}
    assert first.id == again.id and set(rows) == {"image", "rendition"}
    assert rows["image"].meta["small"]["sha256"] == rows["rendition"].content_hash
    assert files().read(rows["rendition"].content_hash)[:2] == b"\xff\xd8"


def test_the_item_names_its_pictures(app, commit, picture):
    asset = commit(kept, picture)
    item = commit(make_item, payload={"media": [{"sha256": asset.content_hash, "alt": "Noise"}]})
    assert db.session.scalars(
        sa.select(ContentAssetRelation.content_id).where(ContentAssetRelation.asset_id == asset.id)
    ).all() == [item.id]


def test_approval_and_record_agree_on_what_is_sent(app, commit, picture):
    from app.publishing.actions.schedule import schedule
    from app.publishing.models import PublishRecord

    asset, account = commit(kept, picture), commit(make_account, "bluesky", secrets={"app_password": "x"})
    item = commit(
        make_item,
        accounts=[account],
        status="approved",
        payload={"media": [{"sha256": asset.content_hash, "alt": "Noise"}]},
    )
    version = db.session.get(Artifact, item.current_version_id)
    post = compose(version.payload, "bluesky", queries.facts([asset.content_hash]))
    assert post.media[0].sha256 != asset.content_hash and post.media[0].size <= SMALL_BYTES
    operator = commit(make_user, "operator")

    def plan():
        from app.core import actor

        with actor.acting(actor.Actor(id=str(operator.id), name=operator.full_name, role="operator")):
            return schedule(
                db.session.get(ContentItem, item.id),
                db.session.get(Artifact, version.id),
                [str(account.id)],
                None,
                "UTC",
            )

    commit(plan)
    record = db.session.scalars(sa.select(PublishRecord)).one()
    approved = db.session.get(ContentItem, item.id, populate_existing=True).approved_composed
    assert record.composed_hash == composed_hash(post) == approved["hashes"]["bluesky"]


def test_a_missing_file_is_a_sentence_not_a_fault(app, commit, as_user, picture):
    asset = commit(kept, picture)
    files().delete(asset.content_hash)
    answer = as_user("viewer").get(f"/content/pictures/{asset.content_hash}")
    assert answer.status_code == 404 and "missing" in answer.get_data(as_text=True)
    with pytest.raises(NotFound):
        queries.by_hash("0" * 64)
    assert commit(kept, picture).id == asset.id and files().exists(asset.content_hash)


def test_a_form_of_slow_pictures_ends_with_its_request(as_user, monkeypatch):
    """(S5, S7) what is refused asks no database: six pictures that each took their time held the only turn for minutes."""
    begun = []

    def slow(command, timeout, **how):
        begun.append(timeout)
        monkeypatch.setattr(deadline, "remaining", lambda: 9.0 if len(begun) < 2 else -1.0)
        return subprocess.CompletedProcess(command, -9, b"", b"")

    monkeypatch.setattr(subprocess, "run", slow)
    pictures = [(io.BytesIO(b"%d" % n), f"{n}.jpg") for n in range(6)]
    answer = as_user("editor").post("/content/new", data={**form(), "pictures": pictures})
    assert answer.status_code == 503 and len(begun) == 2 and begun[0] <= deadline.SECONDS and begun[1] == 9.0
