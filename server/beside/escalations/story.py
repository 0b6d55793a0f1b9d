"""Everything that happened to one escalation, read once: its rows, what state they amount to, and the steps as people are told them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from beside.accounts.names import names_of
from beside.escalations.rota import rungs_of
from beside.escalations.states import Facts
from beside.escalations.tables import (
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


@dataclass(frozen=True, slots=True)
class Taking:
    """One acknowledgement with what became of it."""

    acknowledgement: Acknowledgement
    start: Start | None
    ended: Unacknowledgement | None


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
        return sorted(self._steps(), key=lambda step: step.at)

    def taker(self, acknowledgement: Acknowledgement) -> str:
        """Their pseudonym; what the rota calls them, where the rung names no account."""
        if acknowledgement.account_id:
            return self.names[acknowledgement.account_id]
        return self.rungs[acknowledgement.rung].person

    def _steps(self) -> Iterator[EscalationStep]:
        yield EscalationStep(kind=StepKind.raised, at=self.escalation.raised_at, who=self.names[self.escalation.raised_by])
        for at, rung in _first_deliveries(self.pages):
            yield EscalationStep(kind=StepKind.delivered, at=at, rung=rung + 1)
        for turn in self.turns:
            if turn.cause is Cause.exhausted:
                yield EscalationStep(kind=StepKind.exhausted, at=turn.started_at)
        for taking in self.takings:
            who = self.taker(taking.acknowledgement)
            yield EscalationStep(kind=StepKind.acknowledged, at=taking.acknowledgement.at, who=who, rung=taking.acknowledgement.rung + 1)
            if taking.start:
                yield EscalationStep(kind=StepKind.started, at=taking.start.at, who=who)
            if taking.ended:
                yield EscalationStep(kind=StepKind.unacknowledged, at=taking.ended.at, who=who if taking.ended.by else None)
        for joining in self.joinings:
            yield EscalationStep(kind=StepKind.joined, at=joining.at, who=self.names[joining.account_id])
        if self.resolution:
            yield EscalationStep(kind=StepKind.resolved, at=self.resolution.at, who=self.names[self.resolution.by])
        if self.cancellation and self.cancellation.confirmed_at:
            yield EscalationStep(kind=StepKind.cancelled, at=self.cancellation.confirmed_at, who=self.names[self.cancellation.by])


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
    joinings = (await ctx.db.exec(select(Joining).where(Joining.escalation_id == mine))).all()
    resolution, cancellation = await ctx.db.get(Resolution, mine), await ctx.db.get(Cancellation, mine)
    people = [row.account_id for row in joinings] + [row.by for row in (resolution, cancellation) if row]
    people += [acknowledgement.account_id for acknowledgement, _, _ in takings if acknowledgement.account_id]
    return Story(
        escalation=escalation,
        rungs=rungs_of(escalation.ladder),
        turns=list((await ctx.db.exec(select(Turn).where(Turn.escalation_id == mine).order_by(col(Turn.number)))).all()),
        pages=list((await ctx.db.exec(select(Page).where(Page.escalation_id == mine).order_by(col(Page.created_at), col(Page.id)))).all()),
        takings=[Taking(*row) for row in takings],
        joinings=list(joinings),
        resolution=resolution,
        cancellation=cancellation,
        names=await names_of(ctx, [escalation.raised_by, *people]),
    )


def _first_deliveries(pages: list[Page]) -> list[tuple[datetime, int]]:
    """When each rung was first reached in each turn, reminders left out."""
    first: dict[tuple[int, int], datetime] = {}
    for page in pages:
        if page.delivered_at and page.kind is PageKind.page:
            key = (page.turn, page.rung)
            first[key] = min(first.get(key, page.delivered_at), page.delivered_at)
    return [(at, rung) for (_, rung), at in first.items()]
