"""Pictures: added by the composer (with or without JavaScript), shown to whoever may read content."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from flask import Response, current_app, make_response, request, send_file

from app.content import actions, images, queries, unpacking
from app.content.bounds import MAX_MEDIA
from app.content.composer_input import ComposerInput
from app.content.models import ContentAsset
from app.content.picture import Picture
from app.content.views.blueprint import bp
from app.core import transactions
from app.lib.errors import Invalid, NotFound
from app.outbound.files import Files
from app.web.auth import requires
from app.web.body_limits import takes
from app.web.pages import render


def files() -> Files:
    """The folder of FILES_URL."""
    return Files(Path(current_app.config["ENVIRONMENT"].files))


def uploads(entry: ComposerInput) -> tuple[ComposerInput, dict[str, str]]:
    """The typed text with the pictures that came along. Kept aside of the request: a refused save does not lose them."""
    added, wrong = [], []
    for upload in request.files.getlist("pictures")[:MAX_MEDIA]:
        if not upload.filename:
            continue
        try:
            picture = _read(upload.stream.read(images.MAX_BYTES + 1), upload.filename)
        except Invalid as error:
            wrong.append(error.message)
            continue
        transactions.autonomous(_store, picture, upload.filename)
        added.append({"sha256": picture.sha256, "alt": "", "crop": None})
    have = {m["sha256"] for m in entry.payload["media"]}
    media = [*entry.payload["media"], *(m for m in added if m["sha256"] not in have)][:MAX_MEDIA]
    return replace(entry, payload={**entry.payload, "media": media}), {"pictures": " ".join(wrong)} if wrong else {}


def _read(data: bytes, name: str) -> Picture:
    return unpacking.read(data, name, files().root / ".turn")


def _store(picture: Picture, name: str) -> ContentAsset:
    return actions.store_picture(files(), picture, Path(name).name)


@bp.post("/pictures")
@takes(files=1, upload=images.MAX_BYTES)
@requires("editor")
def add_picture() -> Response:
    sent = request.files.get("picture")
    name = sent.filename or "" if sent else ""
    try:
        picture = _read(sent.stream.read(images.MAX_BYTES + 1) if sent else b"", name)
    except Invalid as error:
        return make_response(error.message, 422, {"Content-Type": "text/plain; charset=utf-8"})
    asset = _store(picture, name)
    use = {"sha256": asset.content_hash, "alt": "", "crop": None}
    at = min(request.form.get("at", 0, int), 9999)
    return render(
        "content/_picture.html",
        use=use,
        at=at,
        facts=queries.facts([asset.content_hash]).get(asset.content_hash),
        status=201,
    )


@bp.get("/pictures/<sha256>")
@requires("viewer")
def picture(sha256: str) -> Response:
    asset = queries.by_hash(sha256)
    return _send(asset.content_hash, asset.mime_type or "application/octet-stream")


@bp.get("/pictures/<sha256>/thumb")
@requires("viewer")
def thumb(sha256: str) -> Response:
    asset = queries.by_hash(sha256)
    return _send(
        asset.thumbnail_hash or asset.content_hash, "image/jpeg" if asset.thumbnail_hash else asset.mime_type or ""
    )


def _send(sha256: str, mime: str) -> Response:
    """Bytes that never change under this address."""
    path = files().path(sha256)
    if not path.is_file():
        raise NotFound("The file of this picture is missing. Restore it from the backup, or add the picture again.")
    answer = send_file(path, mimetype=mime, etag=sha256, max_age=31_536_000, conditional=True)
    answer.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return answer
