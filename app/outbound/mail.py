"""Single mails by SMTP (invites, alerts): SMTP_URL is smtp://user:password@host:587 or smtps://…:465.

`smtp://` uses STARTTLS when the server offers it, and insists on it before it sends a password to another machine.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Literal
from urllib.parse import unquote, urlsplit

from app.lib import redact

LOCAL = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Sent:
    """`outcome`: "yes" = the server took it, "no" = it surely did not, "unknown" = the line broke after the text."""

    outcome: Literal["yes", "no", "unknown"]
    message: str = ""
    code: int | None = None


class Mailer:
    """Sends one mail per connection. Never raises for network trouble."""

    def __init__(
        self,
        url: str,
        *,
        sender: str = "Pressroom <pressroom@localhost>",
        seconds: float = 20.0,
        outbound_allowed: Callable[[], bool] = lambda: True,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        parts = urlsplit(url)
        self.host = parts.hostname or "localhost"
        self.secure = parts.scheme == "smtps"
        self.port = parts.port or (465 if self.secure else 587)
        self.user = unquote(parts.username or "")
        self.password = unquote(parts.password or "")
        self.sender = sender
        self.seconds = seconds
        self._allowed = outbound_allowed
        self._tls = tls

    def send(self, to: str, subject: str, text: str) -> Sent:
        """One plain-text mail to one address. ValueError when address or subject carries a line break."""
        if not self._allowed():
            raise RuntimeError("a mail was sent inside an open transaction")
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, to, subject
        message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain="pressroom.invalid")
        message.set_content(text)
        try:
            server = self._connect()
        except (OSError, smtplib.SMTPException) as error:
            return Sent("no", f"The mail server {self.host} could not be used: {self._describe(error)}", _code(error))
        try:
            server.send_message(message)
            return Sent("yes")
        except smtplib.SMTPServerDisconnected as error:
            return Sent("unknown", self._describe(error))
        except smtplib.SMTPException as error:
            return Sent("no", self._describe(error), _code(error))
        except OSError as error:
            return Sent("unknown", self._describe(error))
        finally:
            with suppress(OSError, smtplib.SMTPException):
                server.quit()

    def _describe(self, error: Exception) -> str:
        """The server's words, as they may be kept: some repeat what they were sent. Its bytes are read as text first."""
        reply = getattr(error, "smtp_error", None)
        words = f"({_code(error)}, {reply.decode('utf-8', 'replace')})" if isinstance(reply, bytes) else str(error)
        return redact.text(words, (self.password, f"\0{self.user}\0{self.password}"))

    def _connect(self) -> smtplib.SMTP:
        context = self._tls or ssl.create_default_context()
        server: smtplib.SMTP
        if self.secure:
            server = smtplib.SMTP_SSL(self.host, self.port, timeout=self.seconds, context=context)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=self.seconds)
        try:
            server.ehlo()
            if not self.secure and server.has_extn("starttls"):
                server.starttls(context=context)
                server.ehlo()
            elif not self.secure and self.password and self.host not in LOCAL:
                raise smtplib.SMTPException("it offers no encryption, so the password is not sent")
            if self.user:
                server.login(self.user, self.password)
        except BaseException:
            server.close()
            raise
        return server


def _code(error: Exception) -> int | None:
    code = getattr(error, "smtp_code", None)
    return code if isinstance(code, int) else None
