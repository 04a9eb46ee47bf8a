"""Where alerts go: a webhook and a mailbox; none of them may fail a run, or take it elsewhere."""

from __future__ import annotations

import json
import smtplib
import ssl
import sys
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any
from urllib.error import URLError
from urllib.parse import unquote, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from ingestion.lakehouse.settings import scrub, settings

_SECONDS = 5
_LOCAL = ("localhost", "127.0.0.1", "::1")

Send = Callable[[dict[str, Any]], bool]


def channels() -> dict[str, Send]:
    """Return what is set, by the word that an alert's key begins with there."""
    known = settings()
    found: dict[str, Send] = {}
    if known.sluice_alert_url:
        url = known.sluice_alert_url.get_secret_value()
        found[""] = lambda body: _tried(lambda: _post(url, body))
    if known.sluice_alert_mail_to:
        found["mail "] = lambda body: _tried(lambda: _mail(body))
    return found


def _tried(send: Callable[[], None]) -> bool:
    try:
        send()
    except (URLError, smtplib.SMTPException, OSError, ValueError) as error:
        sys.stderr.write(scrub(f"The alert could not be delivered: {error}\n"))
        return False
    return True


class _NoRedirects(HTTPRedirectHandler):
    """An alert is for the address that was set; followed, it would arrive elsewhere, or empty."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _post(url: str, body: dict[str, Any]) -> None:
    data = json.dumps(body, default=str).encode()
    request = Request(url, data, {"Content-Type": "application/json"}, method="POST")
    with build_opener(_NoRedirects).open(request, timeout=_SECONDS):
        pass  # what is not 2xx has raised


def _mail(body: dict[str, Any]) -> None:
    message = EmailMessage()
    message["Subject"] = f"Sluice: {str(body['kind']).replace('_', ' ')}"
    message["To"] = settings().sluice_alert_mail_to
    message.set_content("\n".join(f"{name}: {value}" for name, value in body.items()))
    send_mail(message)


def send_mail(message: EmailMessage) -> None:
    """Send a message from the address and over the server that alerts go by.

    A password only travels encrypted, or to this very machine.

    Raises:
        OSError, smtplib.SMTPException: the server cannot be reached, or does not take it.
    """
    known = settings()
    server = known.sluice_alert_mail_server
    parts = urlsplit(server.get_secret_value() if server else "smtp://localhost:25")
    message["From"] = known.sluice_alert_mail_from
    host, secure = parts.hostname or "localhost", ssl.create_default_context()
    if parts.scheme == "smtps":
        opened: smtplib.SMTP = smtplib.SMTP_SSL(
            host, parts.port or 465, timeout=_SECONDS, context=secure
        )
    else:
        opened = smtplib.SMTP(host, parts.port or 587, timeout=_SECONDS)
    with opened as connection:
        if parts.scheme != "smtps" and host not in _LOCAL:
            connection.starttls(context=secure)
        if parts.username:
            connection.login(unquote(parts.username), unquote(parts.password or ""))
        connection.send_message(message)
