"""One letter to the operator's relay, under one deadline. The relay is named by the operator, not by anybody who uses the service: no guard stands before it.

The standard library speaks SMTP, and waits; so each letter has a thread, of a few that are only for this. When its time is up its socket is shut,
which ends the thread too: a relay that drips bytes keeps nobody.
"""

import asyncio
import contextlib
import smtplib
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from beside.kit.addresses import Undelivered
from beside.kit.egress import Timeouts

AT_ONCE = 4  # letters under way together; threads of their own, for the loop's are needed to look up names
PORTS = {"smtps": 465, "smtp": 587, "smtp+plain": 25}

_threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="mail")


@dataclass(frozen=True, slots=True)
class Relay:
    """`scheme`: `smtps` (TLS from the first byte), `smtp` (STARTTLS, or nothing is sent), `smtp+plain` (in clear: for a relay on this machine)."""

    scheme: str
    host: str
    port: int
    user: str | None
    password: str | None
    sender: str

    def __repr__(self) -> str:
        return f"Relay({self.scheme}://{self.host}:{self.port})"


@dataclass(frozen=True, slots=True)
class Handed:
    """The relay's last word, as a status such as 250, and how long it took."""

    status: int
    milliseconds: int


def relay_of(url: str, sender: str) -> Relay:
    """Read an operator's `smtps://user:password@host:port`. Raises `ValueError`, without repeating it."""
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS[parts.scheme]
    except (ValueError, KeyError):
        raise ValueError("not smtps://, smtp:// or smtp+plain:// and a host") from None
    if not parts.hostname or parts.path not in ("", "/") or parts.query or "@" not in sender or any(c in sender for c in "\r\n<> "):
        raise ValueError("not a relay and the plain address that letters come from")
    user, password = (unquote(part) if part is not None else None for part in (parts.username, parts.password))
    return Relay(parts.scheme, parts.hostname, port, user, password, sender)


def letter_of(sender: str, to: str, subject: str, text: str, *, id: str, at: datetime, urgent: bool) -> bytes:  # noqa: A002  the header's own word
    """The bytes of a plain letter. Raises `ValueError` for a header with a line end in it."""
    letter = EmailMessage(policy=WIRE)
    letter["From"], letter["To"], letter["Subject"] = sender, to, subject
    letter["Message-ID"], letter["Date"] = id, format_datetime(at)
    letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday notice answers
    if urgent:
        letter["Importance"], letter["X-Priority"] = "high", "1"
    letter.set_content(text, cte="7bit")  # a link stays whole, however long
    return letter.as_bytes()


async def hand_over(relay: Relay, to: str, letter: bytes, *, timeouts: Timeouts, trust: ssl.SSLContext | None = None) -> Handed:
    """Give it to the relay once. A refusal in words of SMTP is an answer (`Handed`); raises `Undelivered` for everything else, in `kit.egress.REASONS`."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    talk = _Talk(relay, to, letter, timeouts, trust)
    try:
        status = await asyncio.wait_for(loop.run_in_executor(_threads, talk), timeouts.total)
        if status < 200:  # the library's word for what was no answer
            raise Undelivered("not_smtp")
    except TimeoutError:
        talk.end()
        raise Undelivered("timeout", milliseconds=round(1_000 * (loop.time() - begun))) from None
    except Undelivered as failure:
        failure.milliseconds = round(1_000 * (loop.time() - begun))
        raise
    return Handed(status, round(1_000 * (loop.time() - begun)))


class _Talk:
    """One conversation with the relay, in a thread; `end` may be called from outside."""

    def __init__(self, relay: Relay, to: str, letter: bytes, timeouts: Timeouts, trust: ssl.SSLContext | None) -> None:
        self._relay, self._to, self._letter, self._timeouts = relay, to, letter, timeouts
        self._trust = trust or ssl.create_default_context()
        self._smtp: smtplib.SMTP | None = None
        self._over = False

    def __call__(self) -> int:
        if self._over:  # its time ran out while it stood in line for a thread
            raise Undelivered("timeout")
        try:
            return self._hand_over()
        except smtplib.SMTPResponseException as refusal:
            return refusal.smtp_code
        except smtplib.SMTPRecipientsRefused as refusal:
            return next(iter(refusal.recipients.values()))[0]
        except Exception as failure:
            raise Undelivered(_reason_of(failure)) from None
        finally:
            if self._smtp is not None:
                self._smtp.close()

    def end(self) -> None:
        """Shut the socket: whoever waits on it in the thread is woken."""
        self._over = True
        raw = self._smtp.sock if self._smtp else None
        if raw is not None:
            with contextlib.suppress(OSError):
                raw.shutdown(socket.SHUT_RDWR)

    def _hand_over(self) -> int:
        relay, wait = self._relay, self._timeouts
        name = relay.sender.rsplit("@", 1)[1]  # what we call ourselves; the library would ask the network, and wait
        smtp: smtplib.SMTP = (
            smtplib.SMTP_SSL(timeout=wait.connect, local_hostname=name, context=self._trust)
            if relay.scheme == "smtps"
            else smtplib.SMTP(timeout=wait.connect, local_hostname=name)
        )
        self._smtp = smtp
        smtp._host = relay.host  # type: ignore[attr-defined]  # the name that TLS checks; the constructor would connect at once, out of reach of `end`
        code, _ = smtp.connect(relay.host, relay.port)
        if code != 220:
            return code
        if self._over or smtp.sock is None:  # its time ran out while it looked up the name
            raise Undelivered("timeout")
        smtp.sock.settimeout(wait.total)
        smtp.ehlo()
        if relay.scheme == "smtp":
            if not smtp.has_extn("starttls"):
                raise ssl.SSLError("the relay offers no TLS")
            smtp.starttls(context=self._trust)
            smtp.ehlo()
        if relay.user is not None:
            smtp.login(relay.user, relay.password or "")
        smtp.sendmail(relay.sender, [self._to], self._letter)
        with contextlib.suppress(smtplib.SMTPException, OSError):
            smtp.quit()  # it has the letter; how it says goodbye changes nothing
        return 250


def _reason_of(failure: Exception) -> str:
    if isinstance(failure, Undelivered):
        return failure.reason
    if isinstance(failure, TimeoutError) or isinstance(failure.__context__, TimeoutError):  # the library says of the second only that it is cut off
        return "timeout"
    if isinstance(failure, ssl.SSLError):
        return "tls"
    if isinstance(failure, socket.gaierror):
        return "dns"
    if isinstance(failure, ConnectionRefusedError):
        return "refused"
    if isinstance(failure, smtplib.SMTPServerDisconnected | ConnectionError):
        return "reset"
    return "unreachable" if isinstance(failure, OSError) and not isinstance(failure, smtplib.SMTPException) else "not_smtp"
