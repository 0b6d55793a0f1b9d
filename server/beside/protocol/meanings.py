"""When each refusal code comes, and with which statuses: for whoever writes a client. The words that people read stand in `codes`."""

from dataclasses import dataclass

from beside.protocol.codes import REFUSALS


@dataclass(frozen=True, slots=True)
class Meaning:
    """`statuses` of the HTTP answers that carry the code; empty where only the socket says it."""

    statuses: tuple[int, ...]
    when: str


_NEXT_TIME = "Nothing was stored; the same may be sent again after `retry_after_ms`."

MEANINGS: dict[str, Meaning] = {
    "bad_frame": Meaning((400,), "Not one of our shapes: no JSON, a value of another type, a field that we do not know. The client is mistaken or too old."),
    "bad_text": Meaning((400,), "NUL, half a character (a lone surrogate), not UTF-8; in names and passwords also characters that are not seen."),
    "too_long": Meaning((400, 413), "`field` (the whole body, where it is null) is longer than it may be: 400 by its schema, 413 once counted after NFC."),
    "empty": Meaning((400,), "Nothing to read in `field`: no character, or only such as nobody sees."),
    "too_short": Meaning((400,), "There is something in `field`, but less than it needs."),
    "not_usable": Meaning((400,), "`field` is missing, or none of the values it may have. What a person chose can be chosen anew."),
    "not_json": Meaning((415,), "The body came without `Content-Type: application/json`."),
    "wrong_method": Meaning((405,), "The path is there, but not for this method."),
    "not_found": Meaning((404,), "Not there, or not for them, or never was: these look the same. Also any path under `/api/` that is no door."),
    "not_allowed": Meaning((403,), "Their roles do not hold it (`GET /api/roles`), or it is never possible here: reporting oneself, leaving a one-to-one."),
    "not_signed_in": Meaning((401,), "No session, or one that has ended. Show the way back in."),
    "client_id_conflict": Meaning((409,), "That `client_id` was stored with other words. Make a new one for new words."),
    "slow_down": Meaning((429,), "More messages than the limit allows. " + _NEXT_TIME),
    "closed": Meaning((409,), "The conversation has ended, so nothing can be said or changed in it, and nobody can join it."),
    "stepped_out": Meaning((403,), "They are taking a break from this group, until `stepped_out_until` of `GET /api/rooms`."),
    "suspended": Meaning((403,), "They cannot take part. `GET /api/acts` says why and until when; it stays open to them, as do appeals and receipts."),
    "agreements_needed": Meaning((409,), "The version of the agreements that was read is not the one in force: show the new one (`GET /api/rooms`)."),
    "already_taken": Meaning((409,), "Somebody else has this report or escalation. Opening it says who."),
    "already_done": Meaning((409,), "It is closed, ended, decided or undone already; or they have, or never had, the role in question. Load afresh."),
    "hidden": Meaning((409,), "A message that is hidden cannot be changed by its author."),
    "too_late": Meaning((409,), "A message can be changed for 15 minutes after it was sent."),
    "name_taken": Meaning((409,), "Somebody of this hub has that pseudonym, or that name to sign in with."),
    "name_not_safe": Meaning((400,), "A pseudonym that leads to a person (an address, a link, a telephone number), is a recovery code, or passes for a role."),
    "read_first": Meaning((400,), "`understood` was false."),
    "password_short": Meaning((400,), "Fewer than 10 characters."),
    "password_easy": Meaning((400,), "Among those that are guessed first, or made of the person's own names."),
    "password_needed": Meaning((409,), "Whoever is to have a staff role has no password yet."),
    "last_coordinator": Meaning((409,), "It would leave the hub without a coordinator."),
    "wrong_code": Meaning((400, 401), "401: no such recovery code. 400: the six numbers do not confirm the authenticator app that was just set up."),
    "wrong_sign_in": Meaning(
        (401, 403), "401: name, password or six numbers do not match, or those six were used before. 403: `current` is not the password in force."
    ),
    "second_factor_needed": Meaning(
        (401, 403), "401: the password was right; ask for the six numbers and send all of it again. 403: this role needs a second factor, set up first."
    ),
    "link_used": Meaning((403, 409), "The invitation was accepted, withdrawn, or is older than 7 days. (403: the page of a signed link of a call.)"),
    "address_not_usable": Meaning((400,), "Not https on port 443 and not listed by the operator, an address inside, or a spelling that is read in two ways."),
    "mailbox_not_usable": Meaning((400,), "Not one plain `name@host`."),
    "channel_in_use": Meaning((409,), "A rung of the ladder in force, or of a call that is open, names the channel: `used_by` of the list says where."),
    "unsigned": Meaning((403,), "A provider's call: the signature does not hold, it is older than five minutes or from the future, or about a call of others."),
    "cross_site": Meaning((403,), "`Origin` is missing, or is not an address of the service."),
    "points_to_someone": Meaning(
        (400,), "`field` was to be shared without names, and has the pseudonym of somebody of that conversation in it, a long number, an address or a link."
    ),
    "rota_full": Meaning((409,), "400 shifts of one hub that go on, or 40 leaves to come of one person."),
    "rung_needed": Meaning((400,), "A policy without anybody to call."),
    "rung_unreachable": Meaning((400,), "`field`: the channels of one rung, or of the duty manager. There are none, and no rota that would bring some."),
    "channel_gone": Meaning((400,), "`field`: a channel there is retired, of another hub, or never was."),
    "not_a_clinician": Meaning((400,), "`field`: whoever answers there is not a clinician of the hub who can sign in, or stands beside `rota`."),
    "duty_manager_needed": Meaning((400,), "A rung follows the rota and has no channel of its own, and there is no duty manager for hours that nobody has."),
    "timer_too_long": Meaning((400,), "`field` is longer than `bounds` of `GET /api/policy` allows."),
    "timer_too_short": Meaning((400,), "`field` is shorter than `bounds` of `GET /api/policy` allows."),
    "timer_never": Meaning((400,), "`field` would come after the step that ends the wait: after `next_rung`, or (`remind`) not before `undo`."),
    "timer_order": Meaning((400,), "`field` is longer than the same at a less urgent severity."),
    "changed_meanwhile": Meaning((409,), "`basis` is not the version in force. `GET /api/policy` says who changed it and what; the draft can be sent again."),
    "reason_needed": Meaning(
        (400,),
        "`field` must say why, in words. (Of a transcript's reason, spaces at its ends do not count towards the 20 characters.)",
    ),
    "busy": Meaning((503,), "More is waiting to be stored than a second's work. " + _NEXT_TIME),
    "unavailable": Meaning(
        (503,),
        "The database cannot be reached or does not answer, or a mistake of ours. Nothing was stored, unless the database's answer alone was lost: the same "
        "may be sent again after `retry_after_ms`, a message under its `client_id`, which finds it.",
    ),
    "upgrade_required": Meaning(
        (409,),
        "The client says a version (`hello`, or the header `Beside-Speaks`) that is no longer answered. Do not try again: keep what was typed, load afresh.",
    ),
    "handshake_order": Meaning((), "A second `hello` on one socket. (Anything else before the first `hello` closes it with 4011.)"),
    "too_many_open": Meaning((429,), "1,000 sockets from one address (429, at the handshake); on the socket: more than 64 logs followed by one socket."),
    "too_many_tries": Meaning(
        (429,), "Another limit: wrong codes, sign-ins, arrivals, reports, asking for support, inviting, asking for another look. " + _NEXT_TIME
    ),
}


def refusal_codes() -> str:
    """Every code as a line of a list: its statuses, when it comes, and the words that people read."""
    return "".join(_line(code, words) for code, words in REFUSALS.items())


def _line(code: str, words: str) -> str:
    meaning = MEANINGS[code]
    where = ", ".join(map(str, meaning.statuses)) or "on the socket only"
    return f"- `{code}` ({where}): {meaning.when} *Shown:* {words}\n"
