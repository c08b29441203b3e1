"""What every answer says to the browser, whatever it is an answer to; and which methods and addresses lead nowhere."""

from __future__ import annotations

import hashlib
import io
import re
import uuid
from pathlib import Path

import pytest
from flask import Blueprint
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import BadSignature
from PIL import Image

from app.web.auth import PUBLIC, public
from tests.conftest import PASSWORD
from tests.factories import make_user

STATIC = Path(__file__).resolve().parents[2] / "static"
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
DIRECTIVES = {"object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"}
bp = Blueprint("breaks", __name__)


@bp.get("/breaks")
@public
def breaks():
    raise RuntimeError("nobody expected this")


@pytest.fixture
def browser_of(another_desk, settings):
    """`browser_of(TESTING=False, …)`: a desk with another configuration and a page that breaks."""

    def build(**changed):
        session_app = another_desk(settings, **changed)
        session_app.register_blueprint(bp)
        return session_app.test_client()

    return build


def addresses(session_app, method="GET", rules=None):
    """Every address of that method (or of these rules), with something in each of its places."""
    garbage = {"uuid": str(uuid.UUID(int=7)), "int": "7", "path": "js/app.js"}

    def fill(found):
        kind, options = found[1] or "", re.findall(r"\w+", found[2] or "")
        return options[0] if kind == "any" else garbage.get(kind, "x")

    for rule in rules or session_app.url_map.iter_rules():
        if method in (rule.methods or ()):
            yield re.sub(r"<(?:(\w+)(?:\(([^)]*)\))?:)?\w+>", fill, rule.rule)


def picture(browser):
    """A picture that was added by hand: its address."""
    data = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(data, "PNG")
    data.seek(0)
    answer = browser.post(
        "/content/pictures", data={"picture": (data, "a.png"), "at": "0"}, headers={"HX-Request": "true"}
    )
    return re.search(r'/content/pictures/[0-9a-f]{64}(?=["/])', answer.text)[0]


def lacks(answer):
    """Which of the headers this answer lacks or has otherwise."""
    wanted = dict(ALWAYS)
    if answer.request.path.startswith("/site") and answer.cache_control.public:
        wanted["Cross-Origin-Resource-Policy"] = "cross-origin"  # readers of feeds show what is public elsewhere
    wrong = {name for name, value in wanted.items() if answer.headers.get(name) != value}
    policy = {part.strip() for part in answer.headers.get("Content-Security-Policy", "").split(";")}
    return wrong | (DIRECTIVES - policy)


def test_every_answer_carries_every_header(app, as_user, browser_of):
    """(ASVS 3.4.3 to 3.4.6) Pages, parts, files, feeds, refusals, redirects and faults."""
    admin, stranger = as_user("admin"), app.test_client()
    found = {}
    for path in dict.fromkeys(addresses(app)):
        for who, browser in (("admin", admin), ("nobody", stranger)):
            answer = browser.get(path)
            found[f"{who} {path} {answer.status_code}"] = lacks(answer)
    for path in ("/static/js/app.js", "/static/icons.svg", "/static/no", "/no/such/page", "/content?q=%00"):
        found[path] = lacks(stranger.get(path))
    found["a foreign name"] = lacks(stranger.get("/sign-in", headers={"Host": "evil.example"}))
    found["a wrong method"] = lacks(stranger.put("/sign-in"))
    found["too large"] = lacks(stranger.post("/sign-in", data={"email": "x" * 600_000}))
    broken = browser_of(TESTING=False).get("/breaks")
    assert broken.status_code == 500
    found["a fault"] = lacks(broken)
    assert len(found) > 100 and {what: wrong for what, wrong in found.items() if wrong} == {}


def test_nobody_elsewhere_is_let_read_an_answer(app, as_user):
    """(ASVS 3.4.2) No answer names an origin that may read it, whatever origin asks."""
    admin = as_user("admin")
    for path in dict.fromkeys(addresses(app)):
        for origin in ("https://evil.example", "null", "http://localhost"):
            answer = admin.get(path, headers={"Origin": origin})
            assert not [name for name, _ in answer.headers if name.startswith("Access-Control-")], path


def test_over_https_every_answer_asks_for_https_from_then_on(app):
    """(ASVS 3.4.1) A year, and for what lies under the name too; on a plain line nothing is said."""
    for path in ("/sign-in", "/static/js/app.js", "/healthz", "/no/such/page", "/site/feed.atom", "/"):
        safe = app.test_client().get(path, base_url="https://localhost")
        assert safe.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains", path
        assert "Strict-Transport-Security" not in app.test_client().get(path).headers


def test_a_picture_that_somebody_added_is_a_picture_and_nothing_else(as_user, app):
    """(ASVS 3.2.1) Opened by itself it runs nothing, loads nothing and is in a sandbox; its type is never guessed."""
    editor = as_user("editor")
    address = picture(editor)
    for path in (address, f"{address}/thumb"):
        answer = editor.get(path)
        assert answer.status_code == 200 and answer.mimetype.startswith("image/") and not lacks(answer)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and policy.endswith("sandbox") and "'self'" not in policy
        named = answer.headers["Content-Disposition"]
        assert named.startswith("inline") and re.search(r"filename=[0-9a-f]{64}", named), (
            "the desk names it, not who sent it"
        )
        assert app.test_client().get(path).status_code == 302, "not without signing in"
    own = editor.get("/static/icons.svg").headers["Content-Security-Policy"]
    assert "sandbox" not in own, "the desk's own drawings are used inside its pages"


def test_what_was_shown_leaves_the_cache_when_somebody_signs_out(as_user, commit):
    """(ASVS 14.3.1) By both ways out. Storage is not named: what was typed and has not reached the desk lies there."""
    first, second = as_user("editor"), as_user("editor")
    assert first.post("/sign-out").headers["Clear-Site-Data"] == '"cache"'
    here = re.search(r"/me/sessions/([0-9a-f-]{36})", second.get("/me/sessions").text)
    assert here is None, "this browser's own session is ended by signing out"
    from app.staff.queries import open_sessions

    (session,) = commit(open_sessions, second.user.id)
    ended = second.post(f"/me/sessions/{session.id}/revoke")
    assert ended.headers["Clear-Site-Data"] == '"cache"' and second.get("/").status_code == 302


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "DEBUG", "PROPFIND"])
def test_no_address_takes_a_method_that_repeats_or_explores(app, as_user, method):
    """(ASVS 13.4.4) TRACE would send back the cookie that no script may read."""
    admin = as_user("admin")
    for path in (*dict.fromkeys(addresses(app)), "/static/js/app.js", "/no/such/page"):
        answer = admin.open(path, method=method, headers={"X-Canary": "canary-4711"})
        assert answer.status_code in (404, 405), path
        assert "canary-4711" not in answer.text and method not in (answer.headers.get("Allow") or "")


def test_no_folder_is_listed(app, as_user):
    """(ASVS 13.4.3) Of the static files only files are served, and nothing beside their folder."""
    folders = [path.relative_to(STATIC) for path in STATIC.rglob("*") if path.is_dir()]
    assert len(folders) > 3
    for browser in (app.test_client(), as_user("admin")):
        for folder in (".", *map(str, folders)):
            for path in (f"/static/{folder}", f"/static/{folder}/", f"/static/{folder}/."):
                assert browser.get(path).status_code in (308, 404), path
        for path in ("/static/../app/factory.py", "/static/..%2fapp/factory.py", "/static/%2e%2e/wsgi.py", "/static/%252e%252e/wsgi.py", "/static//etc/passwd",
                     "/static/js/..%5c..%5cwsgi.py", "/.git/config", "/static/.git/config"):  # fmt: skip
            answer = browser.get(path, follow_redirects=True)
            assert answer.status_code == 404 and "import" not in answer.text and "[core]" not in answer.text, path


def test_every_answer_with_words_says_in_which_letters(app, as_user):
    """(ASVS 4.1.1) Its type fits, and text, XML and scripts name UTF-8."""
    admin = as_user("admin")
    paths = [
        "/static/js/app.js",
        "/static/icons.svg",
        "/static/mark.svg",
        "/no/such/page",
        *dict.fromkeys(addresses(app)),
    ]
    for path in paths:
        answer = admin.get(path)
        if answer.data:
            kind = answer.headers.get("Content-Type", "")
            assert kind, path
            if kind.startswith("text/") or "xml" in kind:
                assert "charset=utf-8" in kind.lower(), f"{path}: {kind}"


def test_no_form_is_taken_without_its_token(browser_of, commit):
    """(ASVS 3.5.1) Every address that takes a POST, asked by an admin's browser as another site would make it ask."""
    user = commit(make_user, "admin")
    browser = browser_of(WTF_CSRF_ENABLED=True)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', browser.get("/sign-in").text)[1]
    signed = browser.post("/sign-in", data={"email": user.email, "password": PASSWORD, "csrf_token": token})
    assert signed.status_code == 303
    paths = list(dict.fromkeys(addresses(browser.application, "POST")))
    assert len(paths) > 40
    taken = {}
    for path in paths:
        for headers in ({}, {"HX-Request": "true"}, {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}):
            answer = browser.post(path, data={"title": "x", "name": "x"}, headers=headers)
            if answer.status_code not in (400, 404):
                taken[path] = answer.status_code
    assert taken == {} and browser.get("/me").status_code == 200


def test_the_session_cookie_is_signed_with_sha_256(app, client):
    """(ASVS 11.4.1) One that was signed as Flask does it by itself is nobody's."""
    sound = app.session_interface.get_signing_serializer(app)
    assert sound.signer_kwargs["digest_method"] is hashlib.sha256
    client.get("/sign-in")
    cookie = client.get_cookie("session").value
    assert "csrf_token" in sound.loads(cookie)
    with pytest.raises(BadSignature):
        SecureCookieSessionInterface().get_signing_serializer(app).loads(cookie)


def test_nothing_that_needs_a_sign_in_is_kept_by_a_shared_cache(app, as_user):
    """(ASVS 14.2.2, 14.3.2) Pages not even by the browser; pictures by the browser alone."""
    admin, kept = as_user("admin"), {}
    for rule in app.url_map.iter_rules():
        if "GET" in rule.methods and getattr(app.view_functions[rule.endpoint], "permission", PUBLIC) != PUBLIC:
            answer = admin.get(next(iter(addresses(app, rules=[rule]))))
            said = answer.cache_control
            if said.public or not (said.no_store or (said.private and said.no_cache)):
                kept[rule.rule] = answer.headers.get("Cache-Control")
    address = picture(admin)
    assert kept == {} and admin.get(address).cache_control.private and not admin.get(address).cache_control.public
