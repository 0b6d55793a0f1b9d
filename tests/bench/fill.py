"""A database with millions of events, made by the database itself: every tenth is of one large conversation, the rest is spread over many small ones.

They are written interleaved, as they would have come, so that a page of the large one lies scattered among everybody else's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import psycopg
from psycopg.sql import SQL, Identifier

from beside.conversations.log import event_place
from beside.kit.crypto import DataKey, Keyring
from beside.protocol.shapes import Log

SHARE = 10  # the large conversation has one event in so many
SMALL = 1_000
WORDS = "It was a long day, and I wanted to come anyway."
INDEX_MEMORY = "1GB"  # indexes are made at the end, and sorted in memory

MANY = """
CREATE TEMP TABLE room (number bigint PRIMARY KEY, id uuid);
INSERT INTO room SELECT number, CASE number WHEN 0 THEN {small}::uuid ELSE gen_random_uuid() END FROM generate_series(0, {rooms} - 1) number;
INSERT INTO conversation (id, hub_id, kind, sealed_about, agreements_version, keeps_history, key_version, wrapped_key, last_seq, staff_last_seq, opened_at)
SELECT room.id, hub_id, kind, sealed_about, agreements_version, keeps_history, key_version, wrapped_key, {each}, 0, opened_at
FROM conversation, room WHERE conversation.id = {small}::uuid AND room.number > 0;
UPDATE conversation SET last_seq = CASE id WHEN {large}::uuid THEN {total} / {share} ELSE {each} END WHERE id IN ({large}::uuid, {small}::uuid);
CREATE TEMP TABLE words (number bigint, sealed bytea);
"""
FILL = """
INSERT INTO event (conversation_id, log, seq, kind, author_id, author_place, client_id, sealed, detail, created_at)
SELECT CASE WHEN place.large THEN {large}::uuid ELSE room.id END, 'public', place.seq, 'message.posted', {author}::uuid, 'member', gen_random_uuid(),
       coalesce(words.sealed, {filler}), '{{}}', now() - ({total} - place.number) * interval '1 second'
FROM (
  SELECT number, number % {share} = 0 AS large, (number - number / {share} - 1) % {rooms} AS room,
         CASE WHEN number % {share} = 0 THEN number / {share} ELSE (number - number / {share} - 1) / {rooms} + 1 END AS seq
  FROM generate_series(1, {total}) number
) place
JOIN room ON room.number = place.room
LEFT JOIN words ON words.number = place.number
"""


@dataclass(frozen=True, slots=True)
class Filled:
    """How many events are where."""

    total: int
    large: int
    small: int
    rooms: int


def fill(url: str, keyring: Keyring, keys: dict[UUID, DataKey], large: UUID, small: UUID, author: UUID, total: int) -> Filled:
    """`large` and `small` are conversations without events; what is said in them opens with their `keys`. The others' words are only as long as real ones."""
    rooms = max(1, (total - total // SHARE) // SMALL)
    each = (total - total // SHARE) // rooms
    total = rooms * each * SHARE // (SHARE - 1) // SHARE * SHARE
    seal = _Seal(keyring, keys, author)
    places = {"large": large, "small": small, "rooms": rooms, "each": each, "total": total, "share": SHARE, "author": author}
    values = {name: _literal(value) for name, value in places.items()} | {"filler": _literal(seal.of(small, 1))}
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(SQL("SET maintenance_work_mem = {}").format(INDEX_MEMORY))
        connection.execute(SQL(MANY).format(**values))
        with connection.cursor() as cursor, cursor.copy("COPY words FROM STDIN (FORMAT binary)") as copy:
            copy.set_types(["int8", "bytea"])
            for number in range(SHARE, total + 1, SHARE):
                copy.write_row((number, seal.of(large, number // SHARE)))
            for seq in range(1, each + 1):
                copy.write_row((_number_of(seq, rooms), seal.of(small, seq)))
        later = list(_without_indexes(connection))
        connection.execute(SQL(FILL).format(**values))
        for statement in later:
            connection.execute(statement.encode())
        connection.execute("VACUUM ANALYZE event")
    return Filled(total, total // SHARE, each, rooms)


class _Seal:
    def __init__(self, keyring: Keyring, keys: dict[UUID, DataKey], author: UUID) -> None:
        self._keyring, self._keys, self._author = keyring, keys, author

    def of(self, conversation: UUID, seq: int) -> bytes:
        key = self._keys[conversation]
        return self._keyring.seal(key, WORDS, event_place(conversation, Log.public, seq, self._author, key.version))


def _number_of(seq: int, rooms: int) -> int:
    """Which event of all is this one of room 0: the reverse of what FILL reckons."""
    among_small = (seq - 1) * rooms + 1
    return among_small + (among_small - 1) // (SHARE - 1)


def _literal(value: object) -> SQL:
    if isinstance(value, bytes):
        return SQL(f"'\\x{value.hex()}'::bytea")
    return SQL(str(value) if isinstance(value, int) else f"'{value}'")


def _without_indexes(connection: psycopg.Connection) -> Iterator[str]:
    """Drops what would be kept up row by row, and says how to make it again; a foreign key that was true by construction is not checked again."""
    constraints = connection.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'event'::regclass ORDER BY contype DESC"
    ).fetchall()
    for name, definition in constraints:
        connection.execute(SQL("ALTER TABLE event DROP CONSTRAINT {}").format(Identifier(name)))
        yield f'ALTER TABLE event ADD CONSTRAINT "{name}" {definition}{" NOT VALID" if definition.startswith("FOREIGN") else ""}'
    for name, definition in connection.execute("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'event'").fetchall():
        connection.execute(SQL("DROP INDEX {}").format(Identifier(name)))
        yield definition
