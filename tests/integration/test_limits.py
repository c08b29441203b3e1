"""Sign-in, then size, then parsing: what a request may carry is asked before any of it is read."""

from __future__ import annotations

import io

import pytest

from app.content.bounds import MAX_TEXT
from app.web import body_limits
from tests.factories import make_account
from tests.integration.content.test_composer import form, items

FORM = "application/x-www-form-urlencoded"


class Body(io.RawIOBase):
    """An endless body that notes how much of it was read."""

    def __init__(self, piece: bytes) -> None:
        self.piece, self.read_bytes = piece, 0

    def readable(self):
        return True

    def readinto(self, into):
        data = (self.piece * (len(into) // len(self.piece) + 1))[: len(into)]
        into[:] = data
        self.read_bytes += len(data)
        return len(data)


def post(client, path, body, length, **environ):
    given = {"wsgi.input": body, "CONTENT_LENGTH": str(length), "CONTENT_TYPE": FORM, **environ}
    return client.post(path, environ_overrides=given)


@pytest.fixture
def visitor(app):
    app.config["WTF_CSRF_ENABLED"] = True
    yield app.test_client()
    app.config["WTF_CSRF_ENABLED"] = False


@pytest.mark.parametrize("path", ["/content/preview", "/content/new", "/content/pictures", "/reviews", "/nowhere"])
def test_nothing_of_a_large_body_is_read_before_the_sign_in(visitor, path):
    """(S6) 23 MB of `a&a&a…` by a stranger: 14 to 19 s and 930 MB before."""
    body = Body(b"a&")
    answer = post(visitor, path, body, 23_000_000)
    assert answer.status_code in (303, 401, 413) and body.read_bytes == 0


def test_a_stranger_s_body_without_a_length_is_not_read_either(visitor):
    """(S6) chunked, as the server hands it over."""
    body = Body(b"a&")
    answer = post(visitor, "/content/new", body, "", **{"wsgi.input_terminated": True})
    assert answer.status_code == 303 and body.read_bytes == 0


def test_a_public_form_has_a_bound(visitor):
    """(S6) the sign-in page took 2 MB of fields from anybody: 1 s."""
    body = Body(b"a&")
    assert post(visitor, "/sign-in", body, body_limits.MAX_FORM + 1).status_code == 413 and body.read_bytes == 0
    body = Body(b"a&")
    answer = post(visitor, "/sign-in", body, "", **{"wsgi.input_terminated": True})
    assert answer.status_code == 413 and body.read_bytes <= body_limits.MAX_FORM + 70_000


def test_size_is_asked_before_parsing_and_fields_are_counted(as_user):
    """(S6) who is signed in is asked the same questions, with room for what the page really sends."""
    editor, body = as_user("editor"), Body(b"a&")
    assert post(editor, "/content/preview", body, 7_000_000).status_code == 413 and body.read_bytes == 0
    assert editor.post("/content/preview", data=b"a&" * 501, content_type=FORM).status_code == 413
    many = {f"f{n}": (io.BytesIO(b"x"), f"{n}.png") for n in range(40)}
    assert editor.post("/content/new", data=many).status_code == 413
    assert editor.post("/content/preview", data={"pictures": (io.BytesIO(b""), "")}).status_code == 200


HTMX = {"HX-Request": "true", "HX-Target": "previews"}
LONG = {"2 MB of words": "a " * 1_000_000, "flags": "\U0001f1e6" * 250_000, "brackets": "http://a.b/" + ")" * 200_000}


@pytest.mark.parametrize("body", LONG.values(), ids=LONG)
def test_a_text_beyond_its_bound_is_told_so_and_nothing_else_is_done_with_it(app, commit, as_user, body):
    """(S7) 193 s and a 500 before: preview, autosave and saving agree, and what was typed stands in the form."""
    account, editor = commit(make_account, "site"), as_user("editor")
    data = form(body=body, accounts=str(account.id))
    seen = editor.post("/content/preview", data=data, headers=HTMX).get_data(as_text=True)
    assert f"at most {MAX_TEXT:,} can be kept here" in seen and "<article" not in seen and len(seen) < 3_000
    kept = editor.post(f"/content/{data['item']}/draft", data=data)
    assert kept.status_code == 422 and f"at most {MAX_TEXT:,}" in kept.json["message"]
    saved = editor.post("/content/new", data=data)
    assert saved.status_code == 422 and f"at most {MAX_TEXT:,}" in saved.text and items() == []
    assert body.strip()[-1_000:] in saved.text


def test_every_text_field_of_a_form_has_a_maximum(app):
    """(S7) also those that name none."""
    from wtforms.validators import Length

    from app.web.forms import SECRET, TEXT, Form

    with app.test_request_context():
        for kind in _all(Form):
            try:
                made = kind()
            except TypeError:
                continue  # wants what its page knows
            for field in made:
                if isinstance(field, TEXT) and not isinstance(field, SECRET):
                    assert any(isinstance(v, Length) and v.max > 0 for v in field.validators), (kind, field.name)


def _all(kind):
    for one in kind.__subclasses__():
        yield one
        yield from _all(one)
