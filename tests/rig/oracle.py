"""The oracle: after any run, what every screen shows is the database's log restricted to what that person was allowed to see.

It reads rows and decrypts them itself: nothing here trusts the code that shows messages.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select

from beside.conversations.log import event_place, key_of
from beside.conversations.tables import Conversation, Event, Participant
from beside.escalations.tables import Acknowledgement, Cancellation, Escalation, Resolution
from beside.kit.context import Context, query
from beside.kit.house import House
from beside.protocol.shapes import Log, Place
from tests.rig.client import Key, Said, ScriptedClient
from tests.rig.timeline import Timeline


@dataclass(frozen=True, slots=True)
class _Truth:
    """One log by the database: what stands at each seq, and what each message says to this person now (None: hidden from them)."""

    rows: list[Event]
    words: dict[int, str | None]


async def complaints(house: House, clients: Sequence[ScriptedClient]) -> list[str]:
    """Everything that is wrong, in words; an honest run gives []. Call `settle` on every client that is still connected first."""
    found: list[str] = []
    screens: defaultdict[Key, list[tuple[ScriptedClient, Timeline]]] = defaultdict(list)
    said: defaultdict[UUID, list[Said]] = defaultdict(list)
    for client in clients:
        for key, timeline in client.timelines.items():
            screens[key].append((client, timeline))
        for each in client.acknowledged:
            said[each.key[0]].append(each)
    async with query(house) as ctx:
        for key, there in screens.items():
            rows = await _log(ctx, key)
            for client, timeline in there:
                found += [f"{client.name} {key[1]}: {what}" for what in await _screen(ctx, client, key, timeline, rows)]
            ctx.db.expunge_all()  # a run of a hundred thousand messages does not stay in memory
        for conversation, acknowledged in said.items():
            found += await _acknowledged(ctx, conversation, acknowledged)
            ctx.db.expunge_all()
        for conversation in {conversation for conversation, _ in screens}:
            found += await _dense(ctx, conversation)
        found += await _escalations(ctx)
    return found


async def _log(ctx: Context, key: Key) -> list[Event]:
    return list((await ctx.db.exec(select(Event).where(Event.conversation_id == key[0], Event.log == Log(key[1])).order_by(col(Event.seq)))).all())


async def _screen(ctx: Context, client: ScriptedClient, key: Key, timeline: Timeline, rows: list[Event]) -> list[str]:
    truth = await _truth(ctx, client, key, rows)
    kinds = {row.seq: row.kind for row in truth.rows}
    seqs = [event["seq"] for event in timeline.shown]
    found = []
    if seqs != sorted(set(seqs)):
        found.append(f"out of order or doubled: {seqs}")
    if foreign := [event["seq"] for event in timeline.shown if kinds.get(event["seq"]) != event["type"]]:
        found.append(f"shown, but not in the log: {foreign}")
    if timeline.held:
        found.append(f"held back for ever: {sorted(timeline.held)}")
    allowed = await _allowed(ctx, client, key, truth)
    if secret := sorted(set(seqs) - allowed):
        found.append(f"shown, but not for them: {secret}")
    skipped = {seq for after, to in timeline.skipped for seq in range(after + 1, to + 1)}
    if lost := sorted(seq for seq in allowed - skipped - set(seqs) if seq > timeline.starts_after):
        found.append(f"never shown: {lost}")
    wrong = [seq for seq, words in timeline.words.items() if seq in truth.words and truth.words[seq] != words]
    if wrong:
        found.append(f"other words than in the log: {wrong}")
    return found


async def _truth(ctx: Context, client: ScriptedClient, key: Key, rows: list[Event]) -> _Truth:
    conversation = await ctx.db.get_one(Conversation, key[0])
    said: dict[int, str | None] = {}
    hidden: set[int] = set()
    mine = {row.seq for row in rows if row.author_id == client.account}
    for row in rows:
        if row.kind == "message.posted":
            said[row.seq] = _opened(ctx, conversation, row)
        elif row.kind == "message.edited" and row.target_seq:
            said[row.target_seq] = _opened(ctx, conversation, row)
        elif row.kind == "message.redacted" and row.target_seq:
            hidden.add(row.target_seq)
        elif row.kind == "message.restored" and row.target_seq:
            hidden.discard(row.target_seq)
    return _Truth(rows, {seq: None if seq in hidden - mine else words for seq, words in said.items()})


def _opened(ctx: Context, conversation: Conversation, row: Event) -> str | None:
    place = event_place(row.conversation_id, row.log, row.seq, row.author_id, conversation.key_version)
    return ctx.house.keyring.open(key_of(conversation), row.sealed, place) if row.sealed else None


async def _allowed(ctx: Context, client: ScriptedClient, key: Key, truth: _Truth) -> set[int]:
    """The seqs this person may have seen: from each time they came in to the event that says they left."""
    assert client.account
    participant = await ctx.db.get(Participant, (key[0], client.account))
    if participant is None:
        return set()
    if key[1] == Log.staff.value:
        return set() if participant.place is Place.member else {row.seq for row in truth.rows}
    conversation = await ctx.db.get_one(Conversation, key[0])
    allowed: set[int] = set()
    since: int | None = None
    for row in truth.rows:
        if row.kind == "participant.joined" and row.author_id == client.account and since is None:
            since = 1 if conversation.keeps_history else row.seq
            if conversation.keeps_history:
                allowed |= set(range(1, row.seq))
        if since is not None:
            allowed.add(row.seq)
        if row.kind == "participant.left" and row.author_id == client.account:
            since = None
    return allowed


async def _acknowledged(ctx: Context, conversation: UUID, said: Iterable[Said]) -> list[str]:
    """Every message that was acknowledged is in the log once, where its sender was told, with its words."""
    stored: defaultdict[UUID | None, list[Event]] = defaultdict(list)
    for row in (await ctx.db.exec(select(Event).where(Event.conversation_id == conversation))).all():
        stored[row.client_id].append(row)
    sealing = await ctx.db.get_one(Conversation, conversation)
    found = []
    for each in said:
        rows = stored[each.client_id]
        at = [row.seq for row in rows]
        if at != [each.seq]:
            found.append(f"acknowledged as {each.seq}, stored as {at}")
        elif _opened(ctx, sealing, rows[0]) != each.body:
            found.append(f"acknowledged {each.seq} has other words")
    return found


async def _dense(ctx: Context, conversation: UUID) -> list[str]:
    """Both logs run from 1 without a hole, and end where their conversation says."""
    row = await ctx.db.get_one(Conversation, conversation)
    found = []
    for log, last in ((Log.public, row.last_seq), (Log.staff, row.staff_last_seq)):
        seqs = Counter((await ctx.db.exec(select(Event.seq).where(Event.conversation_id == conversation, Event.log == log))).all())
        if seqs != Counter(range(1, last + 1)):
            found.append(f"{log.value} log of {conversation} is not dense up to {last}: {sorted(seqs.elements())}")
    return found


async def _escalations(ctx: Context) -> list[str]:
    """Every escalation that was raised ended with a named person, or is in somebody's hands, or has a next step."""
    found = []
    for escalation in (await ctx.db.exec(select(Escalation))).all():
        in_hand = (
            await ctx.db.exec(select(Acknowledgement).where(Acknowledgement.escalation_id == escalation.id, col(Acknowledgement.ended_at).is_(None)))
        ).first()
        resolved = await ctx.db.get(Resolution, escalation.id)
        cancelled = await ctx.db.get(Cancellation, escalation.id)
        if escalation.closed_at is not None and resolved is None and cancelled is None:
            found.append(f"escalation {escalation.id} ended by nobody")
        elif escalation.closed_at is None and escalation.next_step_at is None and in_hand is None:
            found.append(f"escalation {escalation.id} stands still")
    return found
