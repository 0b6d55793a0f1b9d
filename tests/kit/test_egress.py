"""One delivery attempt over real sockets and real TLS: what arrives, and every way in which it may not."""

import asyncio
import socket
import ssl
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from beside.kit import egress
from beside.kit.egress import REASONS, Answer, Timeouts, Undelivered, post
from tests.kit.far_end import NAME, Authority, Behaviour, drips, far_end, floods, hangs, resets, says, writes

HERE = "127.0.0.1"
QUICK = Timeouts(connect=2.0, total=5.0)
SHORT = Timeouts(connect=0.3, total=0.5)


class Names:
    """A name server with a script: one list of addresses per question, the last one for ever."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = answers
        self.asked: list[tuple[str, int]] = []

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append((host, port))
        return self._answers[min(len(self.asked), len(self._answers)) - 1]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


async def send(
    port: int,
    authority: Authority | None = None,
    *,
    names: Names | None = None,
    timeouts: Timeouts = QUICK,
    headers: Mapping[str, str] | None = None,
    scheme: str = "https",
    path: str = "/page",
) -> Answer:
    trust = authority.trust() if authority else None
    where = f"{NAME}:{port}"
    return await post(
        f"{scheme}://{where}{path}", b'{"a":1}', headers or {}, timeouts=timeouts, allowed=[where], resolver=names or Names([HERE]), ssl_context=trust
    )


async def reason_of(behaviour: Behaviour, authority: Authority, *, timeouts: Timeouts = QUICK, context: ssl.SSLContext | None = None) -> Undelivered:
    async with far_end(behaviour, context or authority.server()) as end:
        with pytest.raises(Undelivered) as failure:
            await send(end.port, authority, timeouts=timeouts)
    assert failure.value.reason in REASONS
    return failure.value


async def test_what_is_posted_arrives_once_and_whole(authority: Authority) -> None:
    """Method, path, body and our headers reach the receiver as they were signed, and its answer comes back."""
    async with far_end(says("202 Accepted", b"taken", "Retry-After: 3", "X-Inside: secret"), authority.server()) as end:
        answer = await send(end.port, authority, headers={"webhook-id": "msg_1", "content-type": "application/json"}, path="/v2/page?team=a")
    head, _, body = end.asked[0].partition(b"\r\n\r\n")
    assert (1, b"POST /v2/page?team=a HTTP/1.1", b'{"a":1}') == (end.connections, head.split(b"\r\n")[0], body)
    assert {b"webhook-id: msg_1", b"content-type: application/json", b"accept-encoding: identity"} <= set(head.lower().split(b"\r\n"))
    assert (202, {"retry-after": "3"}, b"taken") == (answer.status, answer.headers, answer.body)


async def test_the_checked_address_is_dialled_under_the_original_name(authority: Authority) -> None:
    """The connection goes to the address, while handshake, certificate and Host speak of the name (FAULTS 103)."""
    async with far_end(says("200 OK"), authority.server()) as end:
        await send(end.port, authority)
    assert [NAME] == end.names
    assert f"host: {NAME}:{end.port}".encode() in end.asked[0].lower()


async def test_a_name_is_looked_up_once_for_each_attempt(authority: Authority) -> None:
    """Between the check and the call the name is not asked again, so its answer cannot change in between (FAULTS 103)."""
    names = Names([HERE], ["198.51.100.1"])
    async with far_end(says("200 OK"), authority.server()) as end:
        answer = await send(end.port, authority, names=names)
    assert (200, [(NAME, end.port)]) == (answer.status, names.asked)


async def test_a_name_that_turns_to_us_is_refused_at_the_next_attempt() -> None:
    """DNS re-binding: public when first asked, ours when asked again; the second attempt is refused before anybody is called (FAULTS 103)."""
    nowhere = "3000::1"  # of a range that is public by its form and handed out to nobody
    names = Names([nowhere], [HERE])
    reasons = []
    async with far_end(says("200 OK")) as end:
        for _ in range(2):
            with pytest.raises(Undelivered) as failure:
                await post(f"https://{NAME}/", b"{}", {}, timeouts=SHORT, resolver=names)
            reasons.append(failure.value.reason)
    assert reasons[0] in {"unreachable", "timeout", "refused"}
    assert (reasons[1], 2, 0) == ("forbidden_address", len(names.asked), end.connections)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "::1",
        "::ffff:127.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "100.64.0.1",
        "169.254.169.254",
        "fd00::1",
        "fec0::1",
        "0.0.0.0",
        "fe80::1%lo",
        "::",
        "::7f00:1",
        "::ffff:0:127.0.0.1",
        "64:ff9b:1::7f00:1",
        "2001:0:53aa:64c:0:fbff:80ff:fffe",
        "100.127.255.255",
        "192.0.0.8",
        "ff02::1",
    ],
)
async def test_a_name_that_leads_inside_is_refused_when_it_is_dialled(address: str) -> None:
    """Whatever private form a name resolves to, no connection is made (FAULTS 103)."""
    with pytest.raises(Undelivered) as failure:
        await post(f"https://{NAME}/", b"{}", {}, timeouts=SHORT, resolver=Names([address]))
    assert failure.value.reason == "forbidden_address"


ROW_103 = [
    "https://127.1/", "https://0x7f000001/", "https://2130706433/", "https://[::ffff:127.0.0.1]/", "https://[64:ff9b::a9fe:a9fe]/", "https://[2002:7f00:1::]/",
    "https://100.64.0.1/", "https://169.254.169.254/", "https://[fd00::1]/", "https://a@b/", "https://oncall.example./", "https://[2001:0:53aa:64c::1]/",
    "https://[fec0::1]/",
]  # fmt: skip


@pytest.mark.parametrize("url", ROW_103)
async def test_no_spelling_of_inside_gets_as_far_as_a_name_server(url: str) -> None:
    """Every target of the table is refused where it would be dialled, and nobody is asked about it first (FAULTS 103)."""
    names = Names([HERE])
    with pytest.raises(Undelivered) as failure:
        await post(url, b"{}", {}, timeouts=SHORT, resolver=names)
    assert (True, []) == (failure.value.reason in {"bad_url", "forbidden_address"}, names.asked)


async def test_the_systems_own_names_are_checked_too() -> None:
    """With the real resolver, `localhost` is a name like any other and leads inside (FAULTS 103)."""
    with pytest.raises(Undelivered) as failure:
        await post("https://localhost/", b"{}", {}, timeouts=QUICK)
    assert failure.value.reason == "forbidden_address"


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect", "304 Not Modified"])
async def test_a_redirect_is_a_failure_and_is_not_followed(authority: Authority, status: str) -> None:
    """A receiver that sends us to an address inside is refused, and nobody calls there (FAULTS 89, 103)."""
    async with far_end(says("200 OK")) as inside, far_end(says(status, b"", f"Location: http://{HERE}:{inside.port}/"), authority.server()) as end:
        with pytest.raises(Undelivered) as failure:
            await send(end.port, authority)
    assert ("redirect", int(status[:3]), 0) == (failure.value.reason, failure.value.status, inside.connections)


@pytest.mark.parametrize("status", [200, 202, 204, 400, 404, 410, 429, 500, 503])
async def test_any_other_status_is_an_answer(authority: Authority, status: int) -> None:
    """What a status means is for the ladder to say: 410 and 429 come back as they are (FAULTS 89)."""
    async with far_end(says(f"{status} X"), authority.server()) as end:
        assert status == (await send(end.port, authority)).status


async def test_a_certificate_that_ran_out_is_refused(authority: Authority) -> None:
    """A receiver whose certificate ended yesterday gets nothing (FAULTS 88)."""
    failure = await reason_of(says("200 OK"), authority, context=authority.server(lifetime=timedelta(days=-1)))
    assert failure.reason == "tls"


async def test_a_certificate_of_another_name_is_refused(authority: Authority) -> None:
    """A certificate that is good for somebody else is not good for us (FAULTS 88)."""
    failure = await reason_of(says("200 OK"), authority, context=authority.server("elsewhere.example"))
    assert failure.reason == "tls"


async def test_an_authority_nobody_knows_is_refused(authority: Authority) -> None:
    """By default only the system's authorities are believed (FAULTS 88)."""
    async with far_end(says("200 OK"), authority.server()) as end:
        with pytest.raises(Undelivered) as failure:
            await send(end.port)
    assert ("tls", []) == (failure.value.reason, end.asked)


async def test_a_receiver_that_does_not_speak_tls_is_refused(authority: Authority) -> None:
    """Plain HTTP where TLS was asked for is no answer, and the body is never sent in clear (FAULTS 88)."""
    async with far_end(says("200 OK")) as end:
        with pytest.raises(Undelivered) as failure:
            await send(end.port, authority, timeouts=SHORT)
    assert failure.value.reason in {"tls", "timeout"}
    assert [] == end.asked


async def test_nobody_listening_is_said_as_refused(authority: Authority) -> None:
    """A port where nobody is gives `refused` (FAULTS 88)."""
    with socket.socket() as holder:
        holder.bind((HERE, 0))
        with pytest.raises(Undelivered) as failure:
            await send(holder.getsockname()[1], authority)
    assert failure.value.reason == "refused"


async def test_the_next_address_is_tried_where_nobody_answers_at_the_first(authority: Authority) -> None:
    """Of a name with two addresses, the second is used when nobody listens at the first."""
    async with far_end(says("200 OK"), authority.server()) as end:
        answer = await send(end.port, authority, names=Names(["127.0.0.2", HERE]))
    assert (200, 1) == (answer.status, end.connections)


async def test_nothing_is_sent_twice_in_one_attempt(authority: Authority) -> None:
    """Once a receiver may have heard us, no second address is tried."""
    async with far_end(resets, authority.server()) as end:
        with pytest.raises(Undelivered):
            await send(end.port, authority, names=Names([HERE, HERE]))
    assert end.connections == 1


async def test_a_name_that_leads_nowhere_is_said_as_dns() -> None:
    """A name the system cannot resolve, and one without addresses, give `dns` (FAULTS 88)."""
    reasons = []
    for names in (egress.resolve, Names([])):
        with pytest.raises(Undelivered) as failure:
            await post("https://nobody.invalid/", b"{}", {}, timeouts=Timeouts(connect=5, total=5), resolver=names)
        reasons.append(failure.value.reason)
    assert ["dns", "dns"] == reasons


async def test_a_lookup_that_hangs_ends_with_the_connect_time() -> None:
    """A name server that never answers costs the connect time, no more (FAULTS 88)."""

    async def silent(_: str, __: int) -> list[str]:
        await asyncio.Event().wait()
        return []

    with pytest.raises(Undelivered) as failure:
        await post(f"https://{NAME}/", b"{}", {}, timeouts=SHORT, resolver=silent)
    assert failure.value.reason == "timeout"


@pytest.mark.parametrize("behaviour", [hangs, drips], ids=lambda behaviour: behaviour.__name__)
async def test_a_receiver_that_never_finishes_is_left_at_the_deadline(authority: Authority, behaviour: Behaviour) -> None:
    """Silence, and one byte at a time, both end at the total time: no drip keeps us (FAULTS 88)."""
    failure = await reason_of(behaviour, authority, timeouts=SHORT)
    assert failure.reason == "timeout"
    assert failure.milliseconds is not None


async def test_a_right_answer_after_the_deadline_is_a_failure(authority: Authority) -> None:
    """A 200 that comes too late counts as not delivered (FAULTS 88)."""

    async def late(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(SHORT.total * 2)
        await says("200 OK")(reader, writer)

    assert (await reason_of(late, authority, timeouts=SHORT)).reason == "timeout"


async def test_a_connection_cut_in_the_answer_is_said_as_reset(authority: Authority) -> None:
    """RST in the middle, and hanging up without a word, both give `reset` (FAULTS 88)."""
    assert ["reset", "reset"] == [(await reason_of(behaviour, authority)).reason for behaviour in (resets, writes(b""))]


async def test_an_answer_without_an_end_is_cut_off(authority: Authority) -> None:
    """Of a flood at most 64 KiB are read (FAULTS 103)."""
    failure = await reason_of(floods, authority)
    assert ("too_large", 200) == (failure.reason, failure.status)


async def test_the_largest_answer_is_still_read(authority: Authority) -> None:
    """Exactly 64 KiB pass, one byte more does not."""
    async with far_end(says("200 OK", b"." * 65_536), authority.server()) as end:
        assert len((await send(end.port, authority)).body) == 65_536
    assert (await reason_of(says("200 OK", b"." * 65_537), authority)).reason == "too_large"


@pytest.mark.parametrize("raw", [b"SSH-2.0-OpenSSH_9.6\r\n\r\n", b"HTTP/1.1 twohundred\r\n\r\n", b"\x00" * 64, b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000])
async def test_something_that_is_not_http_is_said_so(authority: Authority, raw: bytes) -> None:
    """Other protocols, broken and endless heads give a reason, not a crash (FAULTS 88)."""
    assert (await reason_of(writes(raw), authority)).reason in {"not_http", "reset"}


async def test_a_compressed_answer_is_not_unpacked(authority: Authority) -> None:
    """We asked for none; what comes as gzip stays the bytes it is, and no bomb goes off."""
    packed = b"\x1f\x8b not really gzip"
    async with far_end(says("200 OK", packed, "Content-Encoding: gzip"), authority.server()) as end:
        assert packed == (await send(end.port, authority)).body


async def test_proxies_of_the_environment_are_not_used(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever HTTPS_PROXY says, we go to the checked address ourselves."""
    async with far_end(says("200 OK")) as proxy, far_end(says("200 OK"), authority.server()) as end:
        for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "https_proxy", "http_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://{HERE}:{proxy.port}")
        await send(end.port, authority)
    assert (0, 1) == (proxy.connections, end.connections)


async def test_credentials_of_the_environment_are_not_used(authority: Authority, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A .netrc beside us adds nothing to what we send."""
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine {HERE} login me password mine\nmachine {NAME} login me password mine\n")
    monkeypatch.setenv("NETRC", str(netrc))
    async with far_end(says("200 OK"), authority.server()) as end:
        await send(end.port, authority)
    assert b"authorization" not in end.asked[0].lower()


async def test_a_host_the_operator_named_may_be_plain() -> None:
    """A receiver inside, named by host and port, is reached over plain HTTP."""
    async with far_end(says("200 OK")) as end:
        assert (await send(end.port, scheme="http")).status == 200


async def test_a_failure_carries_nothing_of_the_answer(authority: Authority) -> None:
    """What a failure says is one of our own words: no body, no header, no address (FAULTS 125)."""
    failure = await reason_of(says("302 Found", b"the words of somebody", "Location: https://inside.example/"), authority)
    assert ("redirect", None) == (str(failure), failure.__cause__)
