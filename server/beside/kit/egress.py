"""The only way out of the house: one POST to a checked address, under one deadline, with nothing followed and little read."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import httpx2

from beside.kit.addresses import Target, Undelivered, require_allowed, target_of

__all__ = ["REASONS", "Answer", "Timeouts", "Undelivered", "make_ready", "post", "resolve"]

READ_BYTES = 64 * 1024  # an on-call provider answers with a line; nobody fills our memory
ADDRESSES = 3  # of a name with many, as many are tried as fit into one deadline
KEPT_HEADERS = ("content-type", "retry-after")

REASONS = frozenset(
    {
        "bad_url",  # not in the one spelling we read
        "not_https",
        "forbidden_port",
        "forbidden_address",  # the name leads, at least in part, to an address that is not public
        "dns",  # the name leads nowhere now
        "refused",  # nobody listens there
        "unreachable",  # no way there
        "tls",  # not who it should be, or run out
        "timeout",  # not connected in time, or not answered in full before the deadline
        "reset",  # hung up in the middle
        "not_http",  # answered something that is not HTTP
        "redirect",  # sent us elsewhere: we do not go
        "too_large",  # answered more than 64 KiB
        "not_smtp",  # a mail relay that does not speak SMTP
    }
)

Resolver = Callable[[str, int], Awaitable[list[str]]]


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: to look up and connect, and for everything together."""

    connect: float = 3.0
    total: float = 10.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: any status but a redirect. `headers` holds only `KEPT_HEADERS`, in lower case."""

    status: int
    headers: dict[str, str]
    milliseconds: int
    body: bytes


async def resolve(host: str, port: int) -> list[str]:
    """The addresses the system has for `host` now. Raises `Undelivered("dns")`."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise Undelivered("dns") from None
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


async def make_ready() -> None:
    """Load the system's authorities and the HTTP library now, off the loop: the first attempt would wait a second for them, and everybody with it."""
    await asyncio.to_thread(lambda: httpx2.AsyncClient(verify=_system_trust(), trust_env=False))


async def post(
    url: str,
    content: bytes,
    headers: Mapping[str, str],
    *,
    timeouts: Timeouts,
    allowed: Collection[str] = (),
    resolver: Resolver = resolve,
    ssl_context: ssl.SSLContext | None = None,
) -> Answer:
    """POST `content` to `url` once. `allowed` holds `host` or `host:port` that the operator lets be private, plain or on another port.

    The name is looked up and checked anew at each call, and the connection goes to the checked address under the original name.
    Raises `Undelivered` with one of `REASONS`.
    """
    loop = asyncio.get_running_loop()
    begun = loop.time()
    try:
        target = target_of(url, allowed)
        async with asyncio.timeout(timeouts.total):
            async with asyncio.timeout(timeouts.connect):
                addresses = [target.literal] if target.literal else await resolver(target.host, target.port)
            require_allowed(target, addresses)
            status, kept, body = await _post_to_first(target, addresses[:ADDRESSES], content, headers, timeouts, ssl_context or _system_trust())
    except TimeoutError:
        raise Undelivered("timeout", milliseconds=_since(begun)) from None
    except Undelivered as failure:
        failure.milliseconds = _since(begun)
        raise
    return Answer(status, kept, _since(begun), body)


async def _post_to_first(
    target: Target, addresses: list[str], content: bytes, headers: Mapping[str, str], timeouts: Timeouts, trust: ssl.SSLContext
) -> tuple[int, dict[str, str], bytes]:
    """Try the addresses in order; the next one only where nothing can have been sent to the one before."""
    for last, address in _marking_last(addresses):
        try:
            return await _exchange(target, address, content, headers, timeouts, trust)
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as failure:
            if last or _reason_of(failure) == "tls":
                raise Undelivered(_reason_of(failure)) from None
        except (httpx2.TransportError, OSError) as failure:
            raise Undelivered(_reason_of(failure)) from None
    raise Undelivered("dns")


async def _exchange(
    target: Target, address: str, content: bytes, headers: Mapping[str, str], timeouts: Timeouts, trust: ssl.SSLContext
) -> tuple[int, dict[str, str], bytes]:
    """The address goes into the URL, the name into Host and into the handshake: what was checked is what is dialled."""
    shown = f"[{address}]" if ":" in address else address
    said = {**headers, "host": target.host_header, "accept-encoding": "identity", "user-agent": "beside", "connection": "close"}
    limits = httpx2.Timeout(timeouts.total, connect=timeouts.connect)
    async with (
        httpx2.AsyncClient(verify=trust, trust_env=False, follow_redirects=False, timeout=limits) as client,
        client.stream(
            "POST", f"{target.scheme}://{shown}:{target.port}{target.path}", content=content, headers=said, extensions={"sni_hostname": target.host.strip("[]")}
        ) as response,
    ):
        if 300 <= response.status_code < 400:
            raise Undelivered("redirect", status=response.status_code)
        body = b""
        async for piece in response.aiter_raw():
            body += piece
            if len(body) > READ_BYTES:
                raise Undelivered("too_large", status=response.status_code)
        return response.status_code, {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}, body


def _reason_of(failure: BaseException) -> str:
    """The library says what broke in its cause; of all that, one word is kept."""
    causes = list(_causes(failure))
    if any(isinstance(cause, httpx2.TimeoutException) for cause in causes):
        return "timeout"
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return "tls"
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return "refused"
    if isinstance(failure, httpx2.RemoteProtocolError):
        return "reset" if "disconnected" in str(failure) or "closed" in str(failure) else "not_http"
    if isinstance(failure, httpx2.ConnectError) and not any(isinstance(cause, ConnectionResetError) for cause in causes):
        return "unreachable" if any(isinstance(cause, OSError) for cause in causes) else "reset"
    return "reset"


def _causes(failure: BaseException | None) -> Iterator[BaseException]:
    while failure is not None:
        yield failure
        if isinstance(failure, BaseExceptionGroup):
            for inner in failure.exceptions:
                yield from _causes(inner)
        failure = failure.__cause__ or failure.__context__


def _marking_last(addresses: list[str]) -> Iterator[tuple[bool, str]]:
    for number, address in enumerate(addresses, 1):
        yield number == len(addresses), address


@cache
def _system_trust() -> ssl.SSLContext:
    return ssl.create_default_context()


def _since(begun: float) -> int:
    return round(1_000 * (asyncio.get_running_loop().time() - begun))
