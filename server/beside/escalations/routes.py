"""The HTTP doors of escalations, and the small page of a signed link for people who are not signed in."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from beside.accounts.permissions import Permission, require
from beside.conversations.access import require_participant
from beside.escalations.access import require_on_call, require_raised
from beside.escalations.acknowledge import acknowledge
from beside.escalations.by_link import look, take_by_link
from beside.escalations.cancel import cancel
from beside.escalations.hand_back import hand_back
from beside.escalations.helped import say_helped
from beside.escalations.join import join
from beside.escalations.lessons import lessons, take_off
from beside.escalations.link_page import STYLE_PATH, Said, page_of, refused_page, to_html
from beside.escalations.lower import lower
from beside.escalations.on_call import on_call_list, on_call_page
from beside.escalations.open import open_escalation
from beside.escalations.paging import LINK_PATH
from beside.escalations.resolve import resolve
from beside.escalations.review import require_pair, review_page
from beside.escalations.standing import standing_alarms
from beside.escalations.start import start
from beside.escalations.status import status_of
from beside.escalations.transcript import read_transcript
from beside.escalations.write_review import put_off_review, write_review
from beside.kit.context import command, query
from beside.kit.errors import NotAllowed, NotFound
from beside.kit.house import House
from beside.kit.web import Door, Visit
from beside.protocol.call_snapshots import EscalationStatus, OnCallList, OnCallPage, StandingAlarms, Transcript
from beside.protocol.requests import CancelEscalation, LowerSeverity, RaiseEscalation, ReadTranscript, ResolveEscalation, SayHelped, WriteReview
from beside.protocol.review_snapshots import Lessons, ReviewPage
from beside.protocol.shapes import Place


async def post_escalation(visit: Visit) -> EscalationStatus:
    """Tell the clinicians on call about somebody in a conversation you are in. While one is open, raising again adds to it and may make it more urgent.

    It can be done after the conversation has ended as well: a worry does not end with it.
    """
    asked = visit.body(RaiseEscalation)
    async with command(visit.house, visit.me) as ctx:
        require(ctx, Permission.escalation_raise)
        standing = await require_participant(ctx, asked.conversation)
        if standing.participant.place is Place.member:
            raise NotFound
        return await status_of(ctx, await open_escalation(ctx, standing.conversation, asked))


async def get_escalation(visit: Visit) -> EscalationStatus:
    """How far a call for a clinician has come: every step, as it happens. Load it again on `changed`, and every few seconds until somebody has it."""
    async with query(visit.house, visit.me) as ctx:
        return await status_of(ctx, await require_raised(ctx, visit.id("id")))


async def post_cancel(visit: Visit) -> EscalationStatus:
    """Take it back, with a reason. A critical one goes on until a second person has taken it back too: the answer's `state` says which it is.

    The second is any clinician of the hub, or a peer or moderator who is in that conversation or who raised it. To other peers and moderators it is
    `not_found`; who is a coordinator alone is `not_allowed` to. What the clinician who has it knows is said with `resolve` instead.
    """
    asked = visit.body(CancelEscalation)
    async with command(visit.house, visit.me) as ctx:
        require(ctx, Permission.escalation_cancel)
        escalation = await require_raised(ctx, visit.id("id"), to_change=True)
        await cancel(ctx, escalation, asked.reason)
        return await status_of(ctx, escalation)


async def post_helped(visit: Visit) -> EscalationStatus:
    """Say whether the response helped, once, when it has been closed: the clinician reads it. For who raised it."""
    said = visit.body(SayHelped)
    async with command(visit.house, visit.me) as ctx:
        escalation = await require_raised(ctx, visit.id("id"), to_change=True)
        await say_helped(ctx, escalation, said)
        return await status_of(ctx, escalation)


async def get_review(visit: Visit) -> ReviewPage:
    """Look back on a closed call: for the peer who raised it and the clinician who closed it. To everybody else it is not there."""
    async with query(visit.house, visit.me) as ctx:
        return await review_page(ctx, await require_pair(ctx, await require_raised(ctx, visit.id("closed"))))


async def post_review(visit: Visit) -> ReviewPage:
    """Write your side, once, within seven days. The other's is shown once both are in, or after those days.

    `lesson` is shared with all staff of the hub, without a name and with the month only. It is refused (`points_to_someone`) where it plainly
    points to somebody, and nothing of the rest is stored then.
    """
    said = visit.body(WriteReview)
    async with command(visit.house, visit.me) as ctx:
        pair = await require_pair(ctx, await require_raised(ctx, visit.id("closed"), to_change=True))
        await write_review(ctx, pair, said)
        return await review_page(ctx, pair)


async def post_put_off(visit: Visit) -> ReviewPage:
    """Rather not be asked about this one. You can still write while the seven days last."""
    async with command(visit.house, visit.me) as ctx:
        pair = await require_pair(ctx, await require_raised(ctx, visit.id("closed"), to_change=True))
        await put_off_review(ctx, pair)
        return await review_page(ctx, pair)


async def get_lessons(visit: Visit) -> Lessons:
    """What was learnt in your hub, without names: for all its staff."""
    async with query(visit.house, visit.me) as ctx:
        return await lessons(ctx)


async def post_take_off(visit: Visit) -> Lessons:
    """Take something off the page of what was learnt, for coordinators. Its words are gone for good; that you did it, and when, stays."""
    async with command(visit.house, visit.me) as ctx:
        await take_off(ctx, visit.id("lesson"))
        return await lessons(ctx)


async def get_on_call(visit: Visit) -> OnCallList:
    """What is open in your hub, the most urgent first."""
    async with query(visit.house, visit.me) as ctx:
        require(ctx, Permission.escalation_acknowledge)
        return await on_call_list(ctx)


async def get_alarms(visit: Visit) -> StandingAlarms:
    """What is wrong with the calls themselves right now; most often nothing. Load it again on `changed`, and every few seconds."""
    async with query(visit.house, visit.me) as ctx:
        require(ctx, Permission.escalation_follow)
        return await standing_alarms(ctx)


async def get_on_call_page(visit: Visit) -> OnCallPage:
    """One escalation: what the peer thinks, what was agreed, who has it. Looking takes nothing."""
    async with query(visit.house, visit.me) as ctx:
        return await on_call_page(ctx, await require_on_call(ctx, visit.id("id")))


async def post_acknowledge(visit: Visit) -> OnCallPage:
    """Take it. The first one wins: where somebody else has it, `acknowledged_by` says who, and nothing changes."""
    async with command(visit.house, visit.me) as ctx:
        escalation = await require_on_call(ctx, visit.id("id"), to_change=True)
        await acknowledge(ctx, escalation)
        return await on_call_page(ctx, escalation)


async def post_start(visit: Visit) -> OnCallPage:
    """Say that you have begun. The reminders rest, and the peer sees it.

    Starting, joining, handing back and resolving take what nobody has; where somebody else has it: `already_taken`. Reading takes nothing.
    """
    async with command(visit.house, visit.me) as ctx:
        escalation = await require_on_call(ctx, visit.id("id"), to_change=True)
        await start(ctx, escalation)
        return await on_call_page(ctx, escalation)


async def post_join(visit: Visit) -> OnCallPage:
    """Come into the conversation, which also starts. Everybody in it is told; the peer stays."""
    async with command(visit.house, visit.me) as ctx:
        escalation = await require_on_call(ctx, visit.id("id"), Permission.conversation_join_announced, to_change=True)
        await join(ctx, escalation)
        return await on_call_page(ctx, escalation)


async def post_hand_back(visit: Visit) -> OnCallPage:
    """Give it back: the next person on the list is asked at once.

    If you had joined the conversation you stay in it, until you leave it or the call is over.
    """
    async with command(visit.house, visit.me) as ctx:
        escalation = await require_on_call(ctx, visit.id("id"), to_change=True)
        await hand_back(ctx, escalation)
        return await on_call_page(ctx, escalation)


async def post_lower(visit: Visit) -> OnCallPage:
    """Say that it is less urgent than it was raised as, and why. Taking it first is one with it; the peer sees the change."""
    asked = visit.body(LowerSeverity)
    async with command(visit.house, visit.me) as ctx:
        escalation = await require_on_call(ctx, visit.id("id"), to_change=True)
        await lower(ctx, escalation, asked)
        return await on_call_page(ctx, escalation)


async def post_resolve(visit: Visit) -> OnCallPage:
    """Close it with what came of it and one line back to the peer. You leave the conversation, if you had joined it."""
    asked = visit.body(ResolveEscalation)
    async with command(visit.house, visit.me) as ctx:
        escalation = await require_on_call(ctx, visit.id("id"), Permission.escalation_resolve, to_change=True)
        await resolve(ctx, escalation, asked)
        return await on_call_page(ctx, escalation)


async def post_transcript(visit: Visit) -> Transcript:
    """Read the conversation, for a reason of at least 20 characters. It is written down first, and everybody in it sees that you read it."""
    asked = visit.body(ReadTranscript)
    async with command(visit.house, visit.me) as ctx:
        escalation = await require_on_call(ctx, visit.id("id"), Permission.transcript_read, to_change=True)
        return await read_transcript(ctx, escalation, asked.reason)


doors: list[Door] = [
    Door("POST", "/api/escalations", post_escalation, body=RaiseEscalation, answer=EscalationStatus, who="staff"),
    Door("GET", "/api/escalations/{id}", get_escalation, answer=EscalationStatus, who="staff"),
    Door("POST", "/api/escalations/{id}/cancel", post_cancel, body=CancelEscalation, answer=EscalationStatus, who="staff"),
    Door("POST", "/api/escalations/{id}/helped", post_helped, body=SayHelped, answer=EscalationStatus, who="staff"),
    Door("GET", "/api/escalations/{closed}/review", get_review, answer=ReviewPage, who="staff"),
    Door("POST", "/api/escalations/{closed}/review", post_review, body=WriteReview, answer=ReviewPage, who="staff"),
    Door("POST", "/api/escalations/{closed}/review/put-off", post_put_off, answer=ReviewPage, who="staff"),
    Door("GET", "/api/lessons", get_lessons, answer=Lessons, who="staff"),
    Door("POST", "/api/lessons/{lesson}/take-off", post_take_off, answer=Lessons, who="staff"),
    Door("GET", "/api/alarms", get_alarms, answer=StandingAlarms, who="staff"),
    Door("GET", "/api/on-call", get_on_call, answer=OnCallList, who="staff"),
    Door("GET", "/api/on-call/{id}", get_on_call_page, answer=OnCallPage, who="staff"),
    Door("POST", "/api/on-call/{id}/acknowledge", post_acknowledge, answer=OnCallPage, who="staff"),
    Door("POST", "/api/on-call/{id}/start", post_start, answer=OnCallPage, who="staff"),
    Door("POST", "/api/on-call/{id}/join", post_join, answer=OnCallPage, who="staff"),
    Door("POST", "/api/on-call/{id}/hand-back", post_hand_back, answer=OnCallPage, who="staff"),
    Door("POST", "/api/on-call/{id}/lower", post_lower, body=LowerSeverity, answer=OnCallPage, who="staff"),
    Door("POST", "/api/on-call/{id}/resolve", post_resolve, body=ResolveEscalation, answer=OnCallPage, who="staff"),
    Door("POST", "/api/on-call/{id}/transcript", post_transcript, body=ReadTranscript, answer=Transcript, who="staff"),
]


def link_routes(house: House) -> list[Route]:
    """GET (and HEAD) of a signed link shows how things stand and changes nothing, however many scanners open it; POST takes it. No session is looked at."""

    async def show(request: Request) -> Response:
        try:
            async with query(house) as ctx:
                return _page(page_of(await look(ctx, request.path_params["token"])))
        except NotAllowed as refusal:
            return _page(refused_page(), refusal.status)

    async def take(request: Request) -> Response:
        try:
            async with command(house) as ctx:
                return _page(page_of(await take_by_link(ctx, request.path_params["token"])))
        except NotAllowed as refusal:
            return _page(refused_page(), refusal.status)

    async def style(_: Request) -> Response:
        return Response(_STYLE, media_type="text/css")

    return [
        Route(STYLE_PATH, style, methods=["GET"]),
        Route(LINK_PATH + "{token}", show, methods=["GET"]),
        Route(LINK_PATH + "{token}", take, methods=["POST"]),
    ]


_STYLE = (Path(__file__).parent / "link.css").read_text()


def _page(said: Said, status: int = 200) -> Response:
    # same-origin: with `no-referrer` a browser sends the form's POST with `Origin: null`, which nobody can tell from another site's
    return HTMLResponse(to_html(said), status, headers={"cache-control": "no-store", "referrer-policy": "same-origin"})
