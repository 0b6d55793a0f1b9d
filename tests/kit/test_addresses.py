"""Which URLs are read and which addresses are public: tables, no network."""

import pytest

from beside.kit.addresses import Undelivered, is_public, require_allowed, target_of

REFUSED: dict[str, str] = {
    "https://127.1/": "bad_url",
    "https://127.0.1/": "bad_url",
    "https://0x7f000001/": "bad_url",
    "https://0x7f.1/": "bad_url",
    "https://0x/": "bad_url",
    "https://2130706433/": "bad_url",
    "https://0177.0.0.1/": "bad_url",
    "https://127.0.0.01/": "bad_url",
    "https://256.1.1.1/": "bad_url",
    "https://1.2.3.4.5/": "bad_url",
    "https://127.0.0.1./": "bad_url",
    "https://127.0.0.1/": "forbidden_address",
    "https://0.0.0.0/": "forbidden_address",
    "https://10.0.0.1/": "forbidden_address",
    "https://100.64.0.1/": "forbidden_address",
    "https://169.254.169.254/latest/meta-data/": "forbidden_address",
    "https://[::1]/": "forbidden_address",
    "https://[::]/": "forbidden_address",
    "https://[::127.0.0.1]/": "forbidden_address",
    "https://[::ffff:127.0.0.1]/": "forbidden_address",
    "https://[::ffff:7f00:1]/": "forbidden_address",
    "https://[::ffff:8.8.8.8]/": "forbidden_address",
    "https://[64:ff9b::a9fe:a9fe]/": "forbidden_address",
    "https://[64:ff9b:1::a9fe:a9fe]/": "forbidden_address",
    "https://[2002:7f00:1::]/": "forbidden_address",
    "https://[2001::1]/": "forbidden_address",
    "https://[2001:db8::1]/": "forbidden_address",
    "https://[fd00::1]/": "forbidden_address",
    "https://[fe80::1]/": "forbidden_address",
    "https://[fec0::1]/": "forbidden_address",
    "https://[ff02::1]/": "forbidden_address",
    "https://[fe80::1%25eth0]/": "bad_url",
    "https://[::1/": "bad_url",
    "https://[1.2.3.4]/": "bad_url",
    "https://a@b/": "bad_url",
    "https://oncall.example@127.0.0.1/": "bad_url",
    "https://user:word@oncall.example/": "bad_url",
    "https://oncall.example./": "bad_url",
    "https://.oncall.example/": "bad_url",
    "https://on..call/": "bad_url",
    "https://-oncall.example/": "bad_url",
    "https://ONCALL.example/": "bad_url",
    "HTTPS://oncall.example/": "bad_url",
    "https://öncall.example/": "bad_url",
    "https://ⓞncall.example/": "bad_url",
    "https://oncall。example/": "bad_url",
    "https://oncall.example\\@evil/": "bad_url",
    "https://oncall.example/ x": "bad_url",
    "https://oncall.example/\n": "bad_url",
    "https://oncall.example/a\tb": "bad_url",
    " https://oncall.example/": "bad_url",
    "https://oncall.example/#frag": "bad_url",
    "https:///path": "bad_url",
    "https:oncall.example": "bad_url",
    "//oncall.example/": "bad_url",
    "file:///etc/passwd": "bad_url",
    "gopher://oncall.example/": "bad_url",
    "https://oncall.example:0/": "bad_url",
    "https://oncall.example:70000/": "bad_url",
    "https://oncall.example:/": "bad_url",
    "https://oncall.example/" + "a" * 2_048: "bad_url",
    "": "bad_url",
    "http://oncall.example/": "not_https",
    "http://oncall.example:443/": "not_https",
    "https://oncall.example:8443/": "forbidden_port",
    "https://oncall.example:22/": "forbidden_port",
}


NOT_PUBLIC = [
    "0.0.0.0", "0.1.2.3", "10.1.2.3", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1",
    "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.7",
    "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1", "::7f00:1", "::8.8.8.8", "::ffff:8.8.8.8", "::ffff:0:8.8.8.8",
    "64:ff9b::8.8.8.8", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "2001::1", "2001:0:53aa:64c::1", "2001:2::1", "2001:10::1", "2001:20::1",
    "2001:db8::1", "2002:7f00:1::", "2002:808:808::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "febf::1",
    "fec0::1", "feff::1", "ff02::1", "ff0e::1", "4000::1", "not-an-address",
]  # fmt: skip

PUBLIC = [
    "1.1.1.1", "9.9.9.9", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1", "192.167.0.1", "223.255.255.255", "2620:fe::fe",
    "2a00:1450::1",
]  # fmt: skip


@pytest.mark.parametrize("url", REFUSED)
def test_a_url_of_another_kind_is_refused_before_any_lookup(url: str) -> None:
    """Odd spellings, user-info, other schemes, other ports and private addresses never get as far as the network (FAULTS 103)."""
    with pytest.raises(Undelivered) as refusal:
        target_of(url)
    assert REFUSED[url] == refusal.value.reason


def test_an_ordinary_url_is_read_whole() -> None:
    """Name, port, path and query arrive as they were written."""
    target = target_of("https://events.oncall.example/v2/enqueue%20x?team=a&b=c/d")
    assert ("https", "events.oncall.example", 443, "/v2/enqueue%20x?team=a&b=c/d", False) == (
        target.scheme,
        target.host,
        target.port,
        target.path,
        target.private_allowed,
    )
    assert (None, "events.oncall.example") == (target.literal, target.host_header)


def test_a_url_without_a_path_asks_for_the_root() -> None:
    """A bare host, with or without a query, is asked at its root."""
    assert ["/", "/?a=b"] == [target_of("https://oncall.example").path, target_of("https://oncall.example?a=b").path]


def test_a_public_address_may_be_written_out() -> None:
    """An address in its usual spelling is as good as a name."""
    assert ["9.9.9.9", "2620:fe::fe"] == [target_of("https://9.9.9.9/").literal, target_of("https://[2620:fe::fe]/").literal]


@pytest.mark.parametrize(
    ("url", "allowed", "good"),
    [
        ("https://pager.internal/", ["pager.internal"], True),
        ("http://pager.internal/", ["pager.internal"], True),
        ("https://pager.internal:9093/", ["pager.internal"], False),
        ("https://pager.internal:9093/", ["pager.internal:9093"], True),
        ("http://127.0.0.1:8123/", ["127.0.0.1:8123"], True),
        ("http://127.0.0.1:8124/", ["127.0.0.1:8123"], False),
        ("http://[::1]:8123/", ["[::1]:8123"], True),
        ("https://other.internal:9093/", ["pager.internal:9093"], False),
        ("https://x.pager.internal:9093/", ["pager.internal:9093"], False),
        ("https://127.1:9093/", ["127.1:9093"], False),
    ],
)
def test_only_what_the_operator_named_may_be_private(url: str, allowed: list[str], good: bool) -> None:
    """The operator's list opens exactly the host and port it names, and no odd spelling of them."""
    try:
        opened = target_of(url, allowed).private_allowed
    except Undelivered:
        opened = False
    assert good == opened


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_an_address_that_is_not_one_public_host_is_not_public(address: str) -> None:
    """Private, shared, local, documentation, benchmark, multicast, reserved, and every form that carries an IPv4 address inside (FAULTS 103)."""
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_an_ordinary_address_is_public(address: str) -> None:
    """The neighbours of the forbidden ranges, and ordinary hosts, may be dialled."""
    assert is_public(address)


@pytest.mark.parametrize("addresses", [["9.9.9.9", "10.0.0.1"], ["10.0.0.1", "9.9.9.9"], ["9.9.9.9", "::ffff:127.0.0.1"]])
def test_one_private_address_among_many_is_enough(addresses: list[str]) -> None:
    """A name that leads to a public and a private address is refused whole: nobody chooses for us which one is dialled (FAULTS 103)."""
    with pytest.raises(Undelivered) as refusal:
        require_allowed(target_of("https://oncall.example/"), addresses)
    assert refusal.value.reason == "forbidden_address"
