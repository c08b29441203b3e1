"""Under which names the desk answers, and what its cookies are called."""

from __future__ import annotations

import socket
from dataclasses import replace

import pytest

from app.web.hosts import HostNames, host_name
from tests.conftest import PASSWORD
from tests.factories import make_user


@pytest.fixture
def at(another_desk, settings):
    """`at(url=…, proxies=…)`: a desk with other settings, in a browser."""
    return lambda **changed: another_desk(replace(settings, **changed)).test_client()


FOREIGN = [
    "evil.example", "localhost.evil.example", "evil.example:80", "localhost@evil.example", "evil.example#localhost", "127.0.0.1.evil.example",
    "xn--lcalhost-54a", "192.168.1.5", "[2001:db8::1]", "localhost:port", "", "localhost, evil.example", "a" * 2000, "evil.example/localhost",
    "[::1]evil.example", "[::1]evil.example:80", "[::1].evil.example", "[::1]@evil.example", "[::1%25evil.example]", "evil.example[::1]", "[[::1]]",
    "]localhost[", "[localhost]", "[::1]:80:80", "localhost:99999", "local\thost", "0x7f000001", "2130706433", "LOCALHOST.", "127.1",
]  # fmt: skip


@pytest.mark.parametrize("host", FOREIGN)
def test_a_foreign_name_gets_a_page_that_names_the_setting(at, host):
    """(S16) No view runs, no link is made, nobody is redirected there."""
    answer = at(url="http://localhost:8000").get("/sign-in", headers={"Host": host})
    if host == "LOCALHOST.":
        assert answer.status_code == 200
        return
    text = answer.get_data(as_text=True)
    assert answer.status_code in (400, 421) and "Location" not in answer.headers
    if answer.status_code == 421:
        assert "this number" not in text and "PRESSROOM_URL" in text and "http://localhost:8000" in text
    assert f"//{host}" not in text or not host


@pytest.mark.parametrize(
    "host", ["[::1]evil.example", "[::1%evil.example]", "[::1%25evil.example]", "localhost\n", "\x00localhost"]
)
def test_what_is_passed_over_in_a_host_is_no_part_of_our_name(host):
    """(S16) `request.host_url` keeps it all, in links to hand over."""
    assert not HostNames(["localhost"]).include(host, "::1")


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8123", "127.0.0.1:8000", "[::1]:8000", "127.8.8.8", "desk.localhost:5000"]
)
def test_loopback_names_are_always_ours(at, host):
    """(S16) Whatever PRESSROOM_URL says: the machine itself, a tunnel, the health check."""
    assert at(url="https://desk.example.org").get("/sign-in", headers={"Host": host}).status_code == 200


def test_declared_names_are_ours_and_nothing_under_them(at):
    browser = at(url="https://desk.example.org", hosts=("desk.lan", "10.1.0.0/16"))
    for host, status in (
        ("desk.example.org", 200), ("DESK.example.org:443", 200), ("desk.lan:8000", 200), ("10.1.2.3", 200), ("10.2.0.1", 421),
        ("example.org", 421), ("x.desk.example.org", 421), ("xdesk.lan", 421),
    ):  # fmt: skip
        assert browser.get("/sign-in", headers={"Host": host}).status_code == status, host


def test_the_links_to_hand_over_never_follow_a_foreign_name(at, commit, as_user):
    """(S16) While PRESSROOM_URL is the default, the invitation and the reset link are made under the name in use."""
    admin = commit(make_user, "admin")
    someone = commit(make_user, "editor")
    browser = at(url="http://localhost:8000")
    browser.post("/sign-in", data={"email": admin.email, "password": PASSWORD})
    form = {"email": "new@example.org", "full_name": "New", "role": "editor"}
    paths = (("/staff/invite", form), (f"/staff/{someone.id}/password-link", {}))
    for path, data in paths:
        for headers in (
            {"Host": "evil.example"},
            {"X-Forwarded-Host": "evil.example"},
            {"Forwarded": "host=evil.example"},
        ):
            answer = browser.post(path, data=data, headers=headers)
            assert answer.status_code == (421 if "Host" in headers else 303) or path == "/staff/invite", (
                answer.status_code
            )
            assert "evil.example" not in answer.headers.get("Location", "")
    for page in ("/staff", f"/staff/{someone.id}"):
        text = browser.get(page, headers={"X-Forwarded-Host": "evil.example"}).get_data(as_text=True)
        assert "evil.example" not in text and ("http://localhost/invite/" in text or "http://localhost/reset/" in text)
        assert "/invite/" not in browser.get(page, headers={"Host": "evil.example"}).get_data(as_text=True)


@pytest.mark.parametrize(("proxies", "status"), [(0, 200), (1, 421)])
def test_a_forwarded_name_counts_only_behind_a_declared_proxy_and_is_asked_for_as_well(at, proxies, status):
    """(S16) Without one it is passed over; with one it is the name in use, and a foreign one is refused."""
    browser = at(proxies=proxies)
    assert browser.get("/sign-in", headers={"X-Forwarded-Host": "evil.example"}).status_code == status
    assert at(proxies=1, url="https://desk.example.org").get(
        "/sign-in", headers={"Host": "web:8000", "X-Forwarded-Host": "desk.example.org"}
    ).status_code == 200  # fmt: skip


def test_probes_may_ask_by_any_name(at):
    browser = at()
    assert browser.get("/healthz", headers={"Host": "10.9.9.9:8000"}).status_code == 200
    assert browser.get("/readyz", headers={"Host": "pod"}).status_code == 200


def test_the_address_that_a_person_on_the_same_network_types_is_ours_without_a_setting(at):
    """(S16) The first run on a LAN: this end of the connection is an address of this machine, another's is not."""
    names = HostNames(["localhost"])
    assert names.include("192.168.1.5:8000", "192.168.1.5") and names.include("[fe80::1]:8000", "fe80::1%eth0")
    assert not names.include("192.168.1.6:8000", "192.168.1.5") and not names.include("evil.example", "192.168.1.5")
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as link:
        ours, _ = server.accept()
        answer = at().get("/sign-in", headers={"Host": "127.0.0.1"}, environ_overrides={"gunicorn.socket": ours})
        assert answer.status_code == 200 and link
        ours.close()


@pytest.mark.parametrize(
    ("host", "name"),
    [("Desk.Example.org.:80", "desk.example.org"), ("[::1]:1", "::1"), ("a b", None), ("x:y", None), ("x:", "x")],
)
def test_a_header_is_read_as_a_name_or_not_at_all(host, name):
    assert host_name(host) == name


@pytest.mark.parametrize(
    ("url", "name"), [("http://localhost:8000", "session"), ("https://desk.example.org", "__Host-session")]
)
def test_over_https_the_session_is_a_cookie_of_this_host_alone(at, commit, url, name):
    """(S16) Secure, Path=/, no Domain: else a browser throws a `__Host-` cookie away; on a loopback http address the plain name."""
    user = commit(make_user, "editor")
    browser = at(url=url)
    answer = browser.post(
        "/sign-in", data={"email": user.email, "password": PASSWORD}, base_url=url.replace(":8000", "")
    )
    (cookie,) = [line for line in answer.headers.getlist("Set-Cookie") if "session=" in line]
    assert answer.status_code == 303 and cookie.startswith(f"{name}=")
    assert "Path=/" in cookie and "Domain" not in cookie and "HttpOnly" in cookie and "SameSite=Lax" in cookie
    assert ("Secure" in cookie) == url.startswith("https")
    assert browser.get("/me", base_url=url.replace(":8000", "")).status_code == 200


def test_a_planted_cookie_with_the_plain_name_is_nobody(at, commit):
    """(S16) A neighbour under the same domain sets `session`; over https it is not looked at."""
    user = commit(make_user, "editor")
    plain = at()
    plain.post("/sign-in", data={"email": user.email, "password": PASSWORD})
    planted = plain.get_cookie("session").value
    browser = at(url="https://desk.example.org")
    browser.set_cookie("session", planted, domain="desk.example.org", secure=True)
    assert browser.get("/", base_url="https://desk.example.org").status_code == 302
