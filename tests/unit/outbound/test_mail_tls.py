"""Mail over TLS: whom the password is told, and what nobody on the way may read. A real server on loopback."""

from __future__ import annotations

import ssl
from pathlib import Path
from urllib.parse import quote

import pytest

from app.outbound.mail import Mailer, Sent
from tests.unit.outbound.post_office import PASSWORD, USER, PostOffice
from tests.unit.outbound.server import Raw

ELSEWHERE = "127.0.0.2"
"""Loopback too, but not one of the names of this machine: for the mailer another one."""
SCHEMES = ["smtp", "smtps"]


@pytest.fixture
def server_tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate))


def offices(scheme: str, context: ssl.SSLContext, **more: bytes) -> tuple[PostOffice, ssl.SSLContext | None]:
    """The office, and the TLS that its line begins with."""
    return (PostOffice(**more), context) if scheme == "smtps" else (PostOffice(context, **more), None)


def mail(server: Raw, scheme: str, tls: ssl.SSLContext | None = None, password: str = PASSWORD, host: str = "") -> Sent:
    signs_in = f"{quote(USER, safe='')}:{quote(password)}@" if password else ""
    mailer = Mailer(f"{scheme}://{signs_in}{host or '127.0.0.1'}:{server.port}", seconds=5, tls=tls)
    return mailer.send("ana@example.org", "Your place", "The link is /invite/42.")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_password_and_mail_go_under_tls_and_nothing_of_them_before(
    scheme: str, server_tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    office, at_once = offices(scheme, server_tls)
    with Raw(office, tls=at_once) as server:
        assert mail(server, scheme, trusting) == Sent("yes")
    (letter,) = office.mails
    assert b"To: ana@example.org" in letter and b"/invite/42" in letter
    assert [line[:4].upper() for line in office.clear] == ([] if scheme == "smtps" else [b"EHLO", b"STAR"])
    assert [line[:4].upper() for line in office.covered[:3]] == [b"EHLO", b"AUTH", b"MAIL"]


def test_no_password_is_sent_to_another_machine_that_offers_no_encryption() -> None:
    """It may be that somebody on the way took the offer out of its greeting."""
    office = PostOffice()
    with Raw(office, host=ELSEWHERE) as server:
        sent = mail(server, "smtp", host=ELSEWHERE)
    assert sent.outcome == "no" and "offers no encryption" in sent.message
    assert not any(line.upper().startswith((b"AUTH", b"MAIL")) for line in office.clear)


def test_a_server_in_this_machine_is_told_the_password_without_encryption() -> None:
    office = PostOffice()
    with Raw(office) as server:
        assert mail(server, "smtp").outcome == "yes"
    assert len(office.mails) == 1


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("host", ["127.0.0.1", ELSEWHERE], ids=["unknown", "of another name"])
def test_a_server_that_cannot_prove_who_it_is_learns_nothing(
    scheme: str, host: str, server_tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    """Its certificate is of nobody whom the system trusts, or of one whom we trust but for another name."""
    office, at_once = offices(scheme, server_tls)
    with Raw(office, tls=at_once, host=host) as server:
        sent = mail(server, scheme, trusting if host == ELSEWHERE else None, host=host)
    assert sent.outcome == "no" and "certificate" in sent.message.lower()
    assert office.covered == office.mails == [] and PASSWORD not in sent.message


def test_a_server_that_offers_encryption_and_then_refuses_it_learns_nothing(
    server_tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    office = PostOffice(server_tls, go=b"454 TLS is not to be had now")
    with Raw(office) as server:
        sent = mail(server, "smtp", trusting)
    assert (sent.outcome, sent.code) == ("no", 454)
    assert not any(line.upper().startswith((b"AUTH", b"MAIL")) for line in office.clear)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_password_that_is_refused_is_said_with_the_servers_words_and_without_the_password(
    scheme: str, server_tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    office, at_once = offices(scheme, server_tls)
    with Raw(office, tls=at_once) as server:
        sent = mail(server, scheme, trusting, password="wrong-canary")
    assert (sent.outcome, sent.code) == ("no", 535) and "this is not the password" in sent.message
    assert "wrong-canary" not in sent.message and office.mails == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_line_that_breaks_after_the_text_leaves_it_open_whether_it_arrived(
    scheme: str, server_tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    office, at_once = offices(scheme, server_tls, after=b"")
    with Raw(office, tls=at_once) as server:
        assert mail(server, scheme, trusting).outcome == "unknown"
    assert len(office.mails) == 1


def test_the_ports_are_those_of_the_two_ways() -> None:
    """(RFC 8314 3.3, RFC 6409 3.1) Where the address names none."""
    assert (Mailer("smtps://mail.test").port, Mailer("smtp://mail.test").port) == (465, 587)
