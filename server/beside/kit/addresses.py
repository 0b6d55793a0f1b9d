"""Where we may send something: which URLs we read at all, and which addresses are public. No network here; `kit.egress` dials."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

URL_CHARACTERS = 2_048  # more than any receiver's address, less than any limit on the way

# one spelling only: what parsers disagree about (user-info, backslashes, spaces, other scripts, upper case) does not match
_URL = re.compile(r"(https?)://(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::([1-9][0-9]{0,4}))?(/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?(\?[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")  # a name that ends so is read as an IPv4 address by some, and as a name by others
_PORTS = {"https": 443, "http": 80}

# RFC 6890 and the registry behind it: everything that is not one host on the public internet
_NOT_PUBLIC_4 = [
    IPv4Network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24",
        "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",
        "240.0.0.0/4",
    )
]  # fmt: skip
# only 2000::/3 is handed out. Outside it: loopback, ::/96, mapped, NAT64 (64:ff9b::/96, 64:ff9b:1::/48), discard, ULA, link-local, site-local, multicast
_PUBLIC_6 = IPv6Network("2000::/3")
_NOT_PUBLIC_6 = [
    IPv6Network(text)
    for text in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")  # Teredo and its neighbours, documentation, 6to4, AS112
]


class Undelivered(Exception):
    """One attempt did not arrive. `reason` is one of a fixed few words; there is never a body or an address in it."""

    def __init__(self, reason: str, *, status: int | None = None, milliseconds: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.milliseconds = milliseconds


@dataclass(frozen=True, slots=True)
class Target:
    """A URL in parts. `private_allowed`: the operator named this host and port."""

    scheme: str
    host: str
    port: int
    path: str
    private_allowed: bool

    @property
    def literal(self) -> str | None:
        """The address, where the host is one."""
        return self.host.strip("[]") if self.host.startswith("[") or _NUMBER.fullmatch(self.host.rsplit(".", 1)[-1]) else None

    @property
    def host_header(self) -> str:
        return self.host if self.port == _PORTS[self.scheme] else f"{self.host}:{self.port}"


def target_of(url: str, allowed: Collection[str] = ()) -> Target:
    """Read `url`. `allowed` holds the operator's `host` or `host:port`: only those may be private, on another port, or plain HTTP.

    Raises `Undelivered`: `bad_url` for another spelling, `not_https`, `forbidden_port`, `forbidden_address`.
    """
    found = _URL.fullmatch(url) if len(url) <= URL_CHARACTERS else None
    if found is None:
        raise Undelivered("bad_url")
    scheme, host, port_text, path, query = found.groups()
    port = int(port_text) if port_text else _PORTS[scheme]
    if port > 65_535 or not _is_plain_host(host):
        raise Undelivered("bad_url")
    listed = f"{host}:{port}" in allowed or (host in allowed and port == _PORTS[scheme])
    if not listed and scheme != "https":
        raise Undelivered("not_https")
    if not listed and port != _PORTS["https"]:
        raise Undelivered("forbidden_port")
    target = Target(scheme, host, port, (path or "/") + (query or ""), listed)
    if target.literal is not None:
        require_allowed(target, [target.literal])
    return target


def require_allowed(target: Target, addresses: Collection[str]) -> None:
    """Every address the name has now must be one we may dial. Raises `Undelivered`: `dns` for none, `forbidden_address`."""
    if not addresses:
        raise Undelivered("dns")
    if not target.private_allowed and not all(is_public(address) for address in addresses):
        raise Undelivered("forbidden_address")


def is_public(text: str) -> bool:
    """Whether `text` is the address of one host on the public internet. The forms that carry an IPv4 address inside are not."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_4)
    return address.scope_id is None and address in _PUBLIC_6 and not any(address in network for network in _NOT_PUBLIC_6)


def _is_plain_host(host: str) -> bool:
    """An IPv6 address in brackets, an IPv4 address as four plain numbers, or a name that nobody takes for a number."""
    try:
        if host.startswith("["):
            return bool(IPv6Address(host[1:-1]).max_prefixlen)
        if _NUMBER.fullmatch(host.rsplit(".", 1)[-1]):
            return str(IPv4Address(host)) == host
    except ValueError:
        return False
    return len(host) <= 253 and all(_LABEL.fullmatch(label) for label in host.split("."))
