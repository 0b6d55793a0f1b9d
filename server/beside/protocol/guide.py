"""What the two documents say in prose: enough to write a client without having read our code. Markdown: headings, paragraphs, lists, code."""

from beside.protocol.codes import CLOSE_MEANINGS
from beside.protocol.meanings import refusal_codes

HTTP = """\
Everything in Beside can be done over HTTP; the socket (see the AsyncAPI document) makes it immediate. Bodies and answers are JSON in UTF-8.

## Signing in

`POST /api/arrivals`, `POST /api/sessions/code` and `POST /api/sessions/password` answer with the cookie `__Host-beside` (Secure, HttpOnly,
SameSite=Lax). Keep it, and send it with every request. It can be revoked at any moment: an answer `401 not_signed_in` means that the person must come in
again. Never put a secret into a URL.

Over plain HTTP, as in the demo on `http://localhost`, most browsers keep a Secure cookie, but the cookie jars of most HTTP libraries do not send it back:
there, take its value from `Set-Cookie` and send the header `Cookie: __Host-beside=…` yourself.

The six numbers of an authenticator app work once. Those that confirmed the app are refused at a sign-in (`wrong_sign_in`): wait for the next six.

## Requests that change something

Every `POST`, `PUT` and `DELETE` must carry the header `Origin` with exactly an address of the service (scheme, host and port, as in
`https://beside.example`): its public one, or one that whoever runs it has named besides. A browser does this by itself on our own pages; any other client must
add it. Without it the answer is `403 cross_site`. A body has `Content-Type: application/json` (else `415 not_json`), is at most 64 KiB, and holds no field
that the document does not name.

## Answers

An answer of 400 and above, under `/api/`, is a `Refusal`: `code` is for programs, `message` is a kind sentence fit to be shown as it is. Each code, its
statuses, and when it comes are listed under *Refusal codes*. What somebody may not see answers exactly like what does not exist, and like a path that is
no door: `404 not_found`. Another method than those of a path is `405 wrong_method`. `429` and `503` carry `Retry-After` (seconds) and `retry_after_ms`:
nothing was stored, try again then. (`unavailable` may also mean that it was stored and the database's answer was lost: a message sent again under its
`client_id` finds it.) A head over 16 KiB is answered with a bare 431. Ignore fields and codes you do not know; new ones may come.

## Versions

The wire has a version, a whole number. Say the one you were written for in the header `Beside-Speaks` of each request (and in the socket's `hello`);
without it you are taken for the first. The server goes on answering older ones for as long as it can. To one that is too old everything is
`409 upgrade_required`, except leaving, raising a call and taking one: do not try again, keep what was typed on the screen, and load your client afresh
when the person asks for it. A server may be older than you are, while a new version is being rolled out: take what it refuses as you would any other day.

## Trying again

`GET`, `PUT` and `DELETE` may be repeated. `POST /api/conversations/{conversation}/messages` may be repeated with the same `client_id` and the same body: the
first result comes again, and the message is stored once. The same `client_id` with another body answers `409 client_id_conflict`, and the first one is kept.

Done twice, these answer 200 and change nothing more: reporting the same message, asking for support, claiming and hiding, asking for another look (the first
words are kept), giving a role, acknowledging, starting and joining. Raising again adds a note to the call that is open. Handing back twice takes the call
and gives it back again. These answer `409 already_done`, because somebody else may have done them: stepping an author out, closing a report, showing a message
again, deciding an appeal, lifting a suspension, resolving, cancelling what is over, ending a conversation, taking a role or an invitation back.

## Without a socket

Where sockets are blocked, everything still works, in one of two ways.

`POST /api/exchange` is a socket for one request: `said` holds the commands that one would say on a socket (see the AsyncAPI document), and `frames` what the
socket would have brought, `welcome` first. With `"wait": true` the answer comes when there is news, after 25 s at the latest; then ask again. Nothing is kept
between two requests: each begins with a `subscribe`, with `after_seq` and `epoch`, for every log that you follow. Typing, `changed` and the answers to your
commands come as on a socket. Of what was sent while you were not asking the cursor brings the events of a log, and `heard` who has seen and who is writing:
say "" with the first request that waits, and then what the last answer said. Anything else is lost, so load afresh now and then
what is on the screen. `closed`, where it is not null, means what it means on a socket. `received.confirm` is not needed.

Or send by `POST`, and ask `GET /api/conversations/{conversation}/events?after=` for what is new, with the greatest `seq` you have. Page backwards with
`?before=`; `earlier` and `later` say whether there is more on that side. Nothing answers `reset` here: compare `epoch` and `last_seq` yourself. If `epoch` is
not the one you had, or `last_seq` is less than your `after` (`events` is then empty), your lines and your cursor mean nothing any more: forget them, and load
the newest page. What the socket tells with `changed` has then to be asked for: `GET /api/conversations`, `GET /api/line`, and for staff `GET /api/desk` or
`GET /api/on-call`, every few seconds while it is on the screen.

## Refusal codes

"""

SOCKET = """\
The socket carries the same facts as HTTP, at once. Each frame is one JSON object in one text message; its `type` names it. A frame from a client is at
most 16 KiB, nests at most 8 deep, names no key twice, and holds no field that is not described here. Send letters as plain UTF-8, not as `\\u` escapes: 4,000
letters of any script then fit, while escaped they may not, and a frame too long ends the socket (1009). Ignore events whose `type` you do not know, and fields
you do not know. Times are RFC 3339 with a zone; ids are UUIDs.

## Connecting

1. Sign in over HTTP (see the OpenAPI document). You now hold the cookie `__Host-beside`.
2. `POST /api/tickets` with that cookie and the header `Origin`. The answer is `{"ticket": …, "expires_at": …}`: good once, for 30 s, for this session.
3. Open the WebSocket `/ws` (`wss://` in place of `https://`) with the same cookie and the same `Origin`. No query string, no subprotocol. Without them the
   handshake is refused: `400` with a query string, `403` for another Origin, `401` without a session, `429` with too many sockets from one address.
4. Within 10 s send `{"type": "hello", "ticket": …, "speaks": 2}` as the first frame; `speaks` is the version of the wire that you were written for (see
   *Versions* in the OpenAPI document). The answer is `welcome`: keep its `epoch`. If there is no such hello, or its ticket was
   used before, is older than 30 s or of another session, no frame comes: the socket is closed with 4011. Get a new ticket.

At most five sockets per account: the oldest is closed with 4012 when a sixth opens.

## Following a conversation

A conversation has one or two logs: `public`, and `staff` for staff notes. Each log numbers its events with `seq`: 1, 2, 3 … without a hole, in the
order in which they were stored. Everything that changes what people see is an event.

- First time: `{"type": "subscribe", "conversation": …}`. The answer `subscribed` says where the log stands; the newest page of events follows, then
  everything new. `earlier: true` means that older ones exist: `GET /api/conversations/{conversation}/events?before=`.
- After a break: add `after_seq` (the greatest `seq` you have shown) and `epoch` (the one you learnt it under). Everything later comes once, in order.
  Without `epoch` the cursor is taken at its word; send it, or a restored database goes unnoticed.
- `reset` in place of `subscribed`: your cursor means nothing any more. Forget this conversation's lines and cursor, load afresh, subscribe without a cursor.
  If you were following the log on this socket already, that goes on until you subscribe again.
- `unsubscribe` stops it. When `participant.left` names you, you get nothing of that conversation any more. If you come back in, subscribe again.

For each event, compare `seq` with the greatest you have, `have`, which is `from_seq` of `subscribed` before the first event (the log before it is not missing: it
is earlier, or was said before you came in):

- `seq <= have`: drop it, you have shown it.
- `seq == have + 1`: show it.
- `seq > have + 1`: keep it aside for one second; if the hole is still there, `GET /api/conversations/{conversation}/events?after={have}` and go on from its answer.

## Confirming

Count the log events you receive on this socket, over all conversations (those with a `seq` of their own: `message.*` but not `message.accepted`, `participant.*`,
`notice.posted`, `conversation.*`). At least after every 16, send `{"type": "received.confirm", "count": …}` with the number in all. With 64 events or
256 KiB unconfirmed you are sent no log events until you confirm (answers, heartbeats and `changed` still come); after 30 s without progress the socket is closed
with 4008. A count that is less than one before, or more than was sent, is taken for what it can mean, without an answer: it confirms nothing, or all.

## Sending

Make a `client_id` (UUIDv7) before the first try and keep it until `message.accepted` comes back with it. Only then is the message stored. Have one message
in flight per conversation. If the answer does not come, send the same again, here or over HTTP: it is stored once, and you get the first answer.
Your own message also comes back as `message.posted` with your `client_id`, before or after `message.accepted`.
A text is 1 to 4,000 characters, counted after NFC, without NUL and lone surrogates. More than 10 new messages in 10 s, of one account over all its
conversations, sockets and HTTP together, are refused with `slow_down`: wait `retry_after_ms`, then send the same again. Neither a repeated `client_id` that is
stored already nor a send that is refused counts. (10 in 10 s is what we set out with; whoever runs the service may allow another number.)

## Answers and refusals

A command may carry a `ref` of your choice; what answers it carries the same one. `hello`, `subscribe`, `message.send` and `ping` are answered; the others only
when they are refused, and `typing.start` never. `refused` means that nothing was stored (`unavailable`: or that we were not told so); the socket stays open. It carries the `ref`,
and the `client_id` of a `message.send`, also where the rest of the frame could not be read; it has neither where the frame was no JSON object. `message` is
fit to be shown. The 20th refusal within a minute, `slow_down` left out, closes the socket with 4029.

## Heartbeats

At least every 20 s the server sends `heartbeat` with the last `seq` of each log you follow. Greater than yours: fetch what you lack, as above. If
nothing at all has come for 45 s, the line is dead: close and connect again. Connect at once when the device comes back online or the page becomes visible.

## Coming back

Wait a random time between 0 and a limit: 1 s at first, doubling up to 10 s while a conversation is open, else up to 60 s. Honour `Retry-After`. After
`drain`, wait its `in_ms`. A new socket needs a new ticket. Subscribe again to each conversation with `after_seq` and `epoch`. After two handshakes that did not
come through, go on with `POST /api/exchange` and try the socket now and then.

## Signals

`typing.started`, `seen.moved`, `list.moved` and `changed` are not part of a log and may be lost. `seen.moved` comes in one-to-ones only: in a room nobody
is told what others have read. `list.moved` keeps a list of conversations true without loading it again; what is null in it is as it was. `changed` names
what to load afresh over HTTP:

- `conversations`: `GET /api/conversations`. `rooms`: `GET /api/rooms`. `line`: `GET /api/line`.
- `account`: `GET /api/me`, and for coordinators `GET /api/staff`. `acts`: `GET /api/acts`. `reports`: `GET /api/reports`.
- `desk`: `GET /api/desk`. `escalations`: `GET /api/escalations/{id}` of each call you follow, and for clinicians `GET /api/on-call`. `rota`: `GET /api/rota`.

## A short session

```
> {"type": "hello", "ticket": "Zm9yIGV4YW1wbGUgb25seQ", "speaks": 2, "ref": "1"}
< {"type": "welcome", "ref": "1", "account": "01930000-0000-7000-8000-0000000000aa", "epoch": "k3", "server_time": "2026-11-21T22:00:00Z", "heartbeat_seconds": 20}
> {"type": "subscribe", "conversation": "01930000-0000-7000-8000-0000000000cc", "after_seq": 41, "epoch": "k3", "ref": "2"}
< {"type": "subscribed", "ref": "2", "conversation": "01930000-0000-7000-8000-0000000000cc", "log": "public", "from_seq": 41, "last_seq": 42, "earlier": true}
< {"type": "message.posted", "conversation": "01930000-0000-7000-8000-0000000000cc", "log": "public", "seq": 42, "at": "2026-11-21T21:59:58Z", "author": {"account": "01930000-0000-7000-8000-0000000000bb", "pseudonym": "Heron", "place": "peer"}, "client_id": "01930000-0000-7000-8000-000000000001", "body": "I'm here.", "hidden": null, "unreadable": false, "edited": false}
> {"type": "received.confirm", "count": 1}
> {"type": "message.send", "conversation": "01930000-0000-7000-8000-0000000000cc", "client_id": "01930000-0000-7000-8000-000000000002", "body": "Thank you.", "ref": "3"}
< {"type": "message.accepted", "ref": "3", "conversation": "01930000-0000-7000-8000-0000000000cc", "log": "public", "client_id": "01930000-0000-7000-8000-000000000002", "seq": 43, "at": "2026-11-21T22:00:04Z"}
< {"type": "message.posted", "conversation": "01930000-0000-7000-8000-0000000000cc", "log": "public", "seq": 43, "at": "2026-11-21T22:00:04Z", "author": {"account": "01930000-0000-7000-8000-0000000000aa", "pseudonym": "Linden", "place": "member"}, "client_id": "01930000-0000-7000-8000-000000000002", "body": "Thank you.", "hidden": null, "unreadable": false, "edited": false}
< {"type": "heartbeat", "server_time": "2026-11-21T22:00:20Z", "positions": [{"conversation": "01930000-0000-7000-8000-0000000000cc", "log": "public", "last_seq": 43}]}
```

## Close codes

"""  # noqa: E501  a frame is one line


def http_guide() -> str:
    """How to use the HTTP interface, with every refusal code."""
    return HTTP + refusal_codes()


def socket_guide() -> str:
    """How to use the socket, with every close code and refusal code."""
    closes = "".join(f"- `{code}`: {meaning}\n" for code, meaning in CLOSE_MEANINGS.items())
    return f"{SOCKET}{closes}\nAfter any other code, or none, connect again as under *Coming back*.\n\n## Refusal codes\n\n{refusal_codes()}"
