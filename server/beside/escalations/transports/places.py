"""Addresses that a coordinator typed: of a kind we may send to, as far as can be seen without asking anybody. The guard looks again at each attempt."""

import re
from collections.abc import Collection

from beside.kit.addresses import Undelivered
from beside.kit.addresses import target_of as url_of
from beside.kit.errors import BadInput

# what every relay takes: no quotes, no comments, no spaces or line ends, one host name
_MAILBOX = re.compile(r"[A-Za-z0-9._%+-]{1,64}@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}")
MAILBOX_CHARACTERS = 254  # RFC 5321
MAILTO = "mailto:"


def require_url(address: str, allowed: Collection[str]) -> str:
    """`address`, if it is one. `allowed` as in `kit.egress.post`. Raises `BadInput` (`address_not_usable`)."""
    try:
        url_of(address.strip(), allowed)
    except Undelivered as refusal:
        raise BadInput("address_not_usable", field="address", detail=refusal.reason) from None
    return address.strip()


def require_mailbox(address: str) -> str:
    """As a `mailto:` URL. Raises `BadInput` (`mailbox_not_usable`)."""
    typed = address.strip().removeprefix(MAILTO)
    if len(typed) > MAILBOX_CHARACTERS or not _MAILBOX.fullmatch(typed):
        raise BadInput("mailbox_not_usable", field="address")
    return MAILTO + typed


def shown(url: str) -> str:
    """Where it leads, as far as a list may say: the host. A path or a mailbox's name can be a secret or a person."""
    if url.startswith(MAILTO):
        name, _, host = url.removeprefix(MAILTO).partition("@")
        return f"{name[:1]}…@{host}"
    return url.split("/")[2]
