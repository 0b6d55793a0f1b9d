"""Everything that happened to one escalation, read once: its rows, what state they amount to, and the steps as people are told them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from beside.accounts.names import names_of
from beside.escalations.about import member_of
from beside.escalations.access import conversation_of
from beside.escalations.rota import rungs_of
from beside.escalations.states import Facts
from beside.escalations.tables import (
    ASKING,
    Acknowledgement,
    Cancellation,
    Cause,
    Escalation,
    Joining,
    Page,
    PageKind,
    Resolution,
    Start,
    Turn,
    Unacknowledgement,
)
from beside.hubs.policy import Rung
from beside.kit.context import Context
from beside.protocol.call_snapshots import EscalationStep
from beside.protocol.shapes import StepKind

TURNED = {Cause.exhausted: StepKind.exhausted, Cause.severity: StepKind.more_urgent}


@dataclass(frozen=True, slots=True)
class Taking:
    """One acknowledgement with what became of it."""

    acknowledgement: Acknowledgement
    start: Start | None
    ended: Unacknowledgement | None


@dataclass(frozen=True, slots=True)
class Left:
    """The person it is about ended the conversation or left it, while it was open."""

    account: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class Story:
    """The rows, in order, and the names of everybody in them."""

    escalation: Escalation
    rungs: list[Rung]
    turns: list[Turn]
    pages: list[Page]
    takings: list[Taking]
    joinings: list[Joining]
    resolution: Resolution | None
    cancellation: Cancellation | None
    left: Left | None
    names: dict[UUID, str]

    @property
    def in_force(self) -> Taking | None:
        return next((taking for taking in self.takings if taking.acknowledgement.ended_at is None), None)

    @property
    def facts(self) -> Facts:
        asked = max((turn for turn in self.turns if turn.cause is not Cause.exhausted), key=lambda turn: turn.number)
        pages = [page for page in self.pages if page.turn >= asked.number and page.kind is PageKind.page]
        in_force = self.in_force
        return Facts(
            severity=self.escalation.severity,
            asked_since=asked.started_at,
            paged=bool(pages),
            delivered=sum(page.delivered_at is not None for page in pages),
            went_round=self.turns[-1].number > asked.number,
            has_channels=any(rung.channels for rung in self.rungs),
            acknowledged=in_force is not None,
            started=in_force is not None and in_force.start is not None,
            resolved=self.resolution is not None,
            cancelled=self.cancellation is not None and self.cancellation.confirmed_at is not None,
        )

    @property
    def steps(self) -> list[EscalationStep]:
        """In the order in which they happened; of one moment, by the round of the ladder that they belong to."""
        return [step for _, step in sorted(self._steps(), key=lambda found: (found[1].at, found[0]))]

    def taker(self, acknowledgement: Acknowledgement) -> str:
        """Their pseudonym; what the rota calls them, where the rung names no account."""
        if acknowledgement.account_id:
            return self.names[acknowledgement.account_id]
        return self.rungs[acknowledgement.rung].person

    def _steps(self) -> Iterator[tuple[int, EscalationStep]]:
        """Each with the round it belongs to."""
        yield 0, EscalationStep(kind=StepKind.raised, at=self.escalation.raised_at, who=self.names[self.escalation.raised_by])
        for turn in self.turns:
            if turn.cause in TURNED:
                yield turn.number, EscalationStep(kind=TURNED[turn.cause], at=turn.started_at)
        for number, kind, at, rung in _firsts(self.pages):
            yield number, EscalationStep(kind=kind, at=at, rung=rung + 1)
        # Each taking that ended began a round of its own, in the same order.
        begun = [turn.number for turn in self.turns if turn.cause is Cause.unacknowledged] + [self.turns[-1].number + 1]
        for taking, following in zip(self.takings, begun, strict=False):
            who = self.taker(taking.acknowledgement)
            yield following - 1, EscalationStep(kind=StepKind.acknowledged, at=taking.acknowledgement.at, who=who, rung=taking.acknowledgement.rung + 1)
            if taking.start:
                yield following - 1, EscalationStep(kind=StepKind.started, at=taking.start.at, who=who)
            if taking.ended:
                yield following - 1, EscalationStep(kind=StepKind.unacknowledged, at=taking.ended.at, who=who if taking.ended.by else None)
        for step in self._besides():
            yield self.turns[-1].number, step

    def _besides(self) -> Iterator[EscalationStep]:
        for joining in self.joinings:
            yield EscalationStep(kind=StepKind.joined, at=joining.at, who=self.names[joining.account_id])
        if self.left:
            yield EscalationStep(kind=StepKind.left, at=self.left.at, who=self.names[self.left.account])
        if self.resolution:
            yield EscalationStep(kind=StepKind.resolved, at=self.resolution.at, who=self.names[self.resolution.by])
        asked = self.cancellation
        if asked and asked.at != asked.confirmed_at:
            yield EscalationStep(kind=StepKind.cancel_asked, at=asked.at, who=self.names[asked.by])
        if asked and asked.confirmed_at:
            yield EscalationStep(kind=StepKind.cancelled, at=asked.confirmed_at, who=self.names[asked.confirmed_by or asked.by])


async def story_of(ctx: Context, escalation: Escalation) -> Story:
    """Read it all."""
    mine = escalation.id
    takings = (
        await ctx.db.exec(
            select(Acknowledgement, Start, Unacknowledgement)
            .join(Start, col(Start.acknowledgement_id) == col(Acknowledgement.id), isouter=True)
            .join(Unacknowledgement, col(Unacknowledgement.acknowledgement_id) == col(Acknowledgement.id), isouter=True)
            .where(Acknowledgement.escalation_id == mine)
            .order_by(col(Acknowledgement.at))
        )
    ).all()
    asking = select(Page).where(Page.escalation_id == mine, col(Page.kind).in_(ASKING))
    joinings = (await ctx.db.exec(select(Joining).where(Joining.escalation_id == mine))).all()
    resolution, cancellation = await ctx.db.get(Resolution, mine), await ctx.db.get(Cancellation, mine)
    left = await _left(ctx, escalation)
    people = [row.account_id for row in joinings] + [row.by for row in (resolution, cancellation) if row]
    people += [account for account in (left and left.account, cancellation and cancellation.confirmed_by) if account]
    people += [acknowledgement.account_id for acknowledgement, _, _ in takings if acknowledgement.account_id]
    return Story(
        escalation=escalation,
        rungs=rungs_of(escalation.ladder),
        turns=list((await ctx.db.exec(select(Turn).where(Turn.escalation_id == mine).order_by(col(Turn.number)))).all()),
        pages=list((await ctx.db.exec(asking.order_by(col(Page.created_at), col(Page.id)))).all()),
        takings=[Taking(*row) for row in takings],
        joinings=list(joinings),
        resolution=resolution,
        cancellation=cancellation,
        left=left,
        names=await names_of(ctx, [escalation.raised_by, *people]),
    )


async def _left(ctx: Context, escalation: Escalation) -> Left | None:
    conversation = await conversation_of(ctx, escalation)
    member = await member_of(ctx, conversation)
    if member is None:
        return None
    at = member.left_at or (conversation.closed_at if conversation.closed_by == member.account_id else None)
    if at is None or at < escalation.raised_at or (escalation.closed_at and at > escalation.closed_at):
        return None
    return Left(member.account_id, at)


def _firsts(pages: list[Page]) -> list[tuple[int, StepKind, datetime, int]]:
    """When each rung was first called, and first reached, in each turn; reminders left out."""
    first: dict[tuple[int, int, StepKind], datetime] = {}
    for page in pages:
        if page.kind is PageKind.page:
            for kind, at in ((StepKind.asked, page.created_at), (StepKind.delivered, page.delivered_at)):
                key = (page.turn, page.rung, kind)
                if at:
                    first[key] = min(first.get(key, at), at)
    return [(turn, kind, at, rung) for (turn, rung, kind), at in first.items()]
