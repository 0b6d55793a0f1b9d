"""What somebody says goes from their socket straight to the commit that it shares, and the answer straight back: no task is woken on the way.

Everything else is carried out in the socket's own task (`dispatch`), in the order in which it came. So one thing at a time is said here, only while that task
has nothing to do, and what comes meanwhile waits until it is answered.
"""

from functools import partial

from beside.gateway.connection import Connection
from beside.gateway.refuse import own_up, refuse
from beside.kit.errors import BesideError
from beside.kit.house import House
from beside.messages.send import Answer, wish
from beside.messages.together import ask
from beside.protocol.commands import SendMessage
from beside.protocol.decode import NotUnderstood, decode
from beside.protocol.events import MessageAccepted

SAYS = b'{"type":"message.send",'  # as clients of ours write it; in any other form it is read as every frame is


def take(house: House, connection: Connection, frame: bytes, first: bool) -> bool:
    """Whether this frame was dealt with: a confirmation, or words, where it is their turn. `first`: none stands in line for the socket's task."""
    if connection.take(frame):
        return True
    if not (first and connection.is_free and frame.startswith(SAYS)):
        return False
    try:
        said = decode(frame)
    except NotUnderstood:
        return False  # answered where every such frame is
    if not isinstance(said, SendMessage):
        return False
    connection.used = True
    speak(house, connection, said)
    return True


def speak(house: House, connection: Connection, said: SendMessage) -> None:
    """Have it stored; what becomes of it is answered. Until then the connection is `saying` it."""
    connection.saying = said.client_id
    try:
        ask(house, wish(connection.actor, said.conversation, said.client_id, said.body, said.log), partial(_answer, connection, said))
    except BesideError as refusal:
        _answer(connection, said, refusal)
    except Exception as fault:
        own_up(connection, said, fault)
        connection.has_said()


def _answer(connection: Connection, said: SendMessage, answer: Answer) -> None:
    try:
        if connection.ended.done():
            return  # it is being closed, and nothing comes after that
        if isinstance(answer, BesideError):
            refuse(connection, said, answer)
        else:
            stored = answer.accepted
            accepted = MessageAccepted(ref=said.ref, conversation=said.conversation, log=said.log, client_id=said.client_id, seq=stored.seq, at=stored.at)
            connection.send(accepted)
    except Exception as fault:
        own_up(connection, said, fault)
    finally:
        connection.has_said()
