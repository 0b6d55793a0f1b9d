"""The on-call receiver records what came and answers as scripted."""

import asyncio
from datetime import UTC, datetime

import httpx2
import pytest
from standardwebhooks import Webhook

from tests.rig.receiver import OnCallReceiver, Reply

OLD, NEW, WRONG = "whsec_" + "b2xk" * 8, "whsec_" + "bmV3" * 8, "whsec_" + "eHh4" * 8
AT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def signed(secret: str, body: str) -> dict[str, str]:
    return {"webhook-id": "msg_1", "webhook-timestamp": str(int(AT.timestamp())), "webhook-signature": Webhook(secret).sign("msg_1", AT, body)}


async def post(receiver: OnCallReceiver, body: str = "{}", headers: dict[str, str] | None = None) -> httpx2.Response:
    async with httpx2.AsyncClient(trust_env=False, timeout=5) as client:
        return await client.post(receiver.url, content=body, headers=headers or {})


async def test_it_answers_in_the_order_of_the_script_and_then_with_200() -> None:
    """Each request gets the next reply; the request itself is kept as it came."""
    replies = [Reply(500), Reply(302, {"location": "http://elsewhere.test/"}), Reply(429, {"retry-after": "7"})]
    async with OnCallReceiver(NEW, replies=replies) as receiver:
        answers = [await post(receiver, "{}", {"x-number": str(n)}) for n in range(4)]
        received = await receiver.wait_for(4)
    assert [500, 302, 429, 200] == [answer.status_code for answer in answers]
    assert [("POST", "/on-call", b"{}", str(n)) for n in range(4)] == [(each.method, each.path, each.body, each.headers["x-number"]) for each in received]


async def test_it_tells_a_right_signature_from_a_wrong_one() -> None:
    """Either secret of a rotation is right; another secret, another body and no signature are not."""
    async with OnCallReceiver(OLD, NEW) as receiver:
        for body, headers in (("{}", signed(NEW, "{}")), ("{}", signed(OLD, "{}")), ("{}", signed(WRONG, "{}")), ("{ }", signed(NEW, "{}")), ("{}", {})):
            await post(receiver, body, headers)
        received = await receiver.wait_for(5)
    assert [True, True, False, False, False] == [each.signed for each in received]
    assert ["msg_1"] * 4 + [""] == [each.id for each in received]


async def test_it_can_hang_reset_and_drip() -> None:
    """The three ways in which a receiver is worst: silence, RST, one byte at a time."""
    async with OnCallReceiver(NEW, replies=[Reply(hang=True), Reply(reset=True), Reply(body=b"ok", drip_s=0.001)]) as receiver:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await post(receiver)
        with pytest.raises(httpx2.TransportError):
            await post(receiver)
        dripped = await post(receiver)
    assert (200, b"ok", 3) == (dripped.status_code, dripped.content, len(receiver.received))
