"""Refusal codes and close codes. A code is for programs; the sentence beside it is for a tired person."""

from enum import IntEnum


class CloseCode(IntEnum):
    """Why the server ended a socket. Only 4001, 4003, 4012 and 4013 mean: do not come back by yourself."""

    restart = 1012
    bad_frame = 1007
    too_big = 1009
    signed_out = 4001
    blocked = 4003
    slow = 4008
    too_large = 4009
    load_afresh = 4010
    hello_late = 4011
    another_tab = 4012
    too_old = 4013
    too_many_mistakes = 4029


CLOSE_MEANINGS: dict[int, str] = {
    1007: "The frame was not valid UTF-8.",
    1009: "The frame was longer than 16 KiB.",
    1012: "The node restarts: come back after the `drain` delay.",
    4001: "Signed out. Do not reconnect; show the way back in.",
    4003: "Blocked: suspended. Do not reconnect; show why (`GET /api/acts`), how to appeal, and where else to turn.",
    4008: "The client stopped confirming events for 30 s. Reconnect and resume by cursor.",
    4009: "A message was too large for the protocol.",
    4010: "Load afresh: what you may do has changed (a role was given or taken). Load `GET /api/me`, forget cursors, reconnect and subscribe anew.",
    4011: "No good `hello`: none within 10 s, another frame first, or a ticket used, too old or not of this session. Reconnect with a new ticket.",
    4012: "A sixth socket of the same account was opened; this one, the oldest, was closed. Do not reconnect by yourself.",
    4013: "The client speaks a version of the wire that the server no longer does. Do not reconnect by yourself; keep what was typed on the screen, "
    "say so, and load afresh when the person presses.",
    4029: "More than 20 refused frames in a minute. Wait a minute before reconnecting.",
}

REFUSALS: dict[str, str] = {
    "bad_frame": "We couldn't read that. Please load the page afresh.",
    "bad_text": "Some of the characters in that can't be sent. Try writing it in a plainer way.",
    "too_long": "That's longer than we can carry in one message. Could you send it in two?",
    "empty": "There are no words in that yet.",
    "too_short": "That's a little short. Could you make it longer?",
    "not_usable": "Something there is missing, or can't be used as it is. Look it over and try again.",
    "not_json": "We couldn't read that. Please load the page afresh.",
    "wrong_method": "That isn't something this place can do.",
    "not_found": "We can't find that here.",
    "not_allowed": "That isn't part of what you can do here.",
    "not_signed_in": "You're not signed in on this device.",
    "client_id_conflict": "A different message was already sent under this number. The first one is kept.",
    "slow_down": "You're writing quickly. Your words are kept and go in a moment.",
    "closed": "This conversation has ended. You can still read it.",
    "stepped_out": "You're taking a break from this group for now.",
    "suspended": "You can't take part for now. Your page says why, and how to ask someone else to look at it.",
    "agreements_needed": "This group asks everyone to read its agreements first.",
    "already_taken": "Somebody else has this already.",
    "already_done": "That has been done already.",
    "hidden": "This message is hidden for now, so it can't be changed. You can ask somebody else to look at it.",
    "too_late": "A message can be changed for a quarter of an hour. You can write another one.",
    "name_taken": "Someone here already uses that name. Could you choose another?",
    "name_not_safe": "That name might lead somebody to you, or look like a role here. Could you choose another?",
    "read_first": "Please read who can see what you write, and say that you have.",
    "password_short": "Ten characters or more, please. A few words in a row work well.",
    "password_easy": "That password is easy to guess. A few words in a row work well.",
    "password_needed": "They need a password before they can have a staff role. They can set one on their own page.",
    "last_coordinator": "Somebody has to look after this place. Make someone else a coordinator first.",
    "wrong_code": "That code doesn't match. Check it and try again.",
    "wrong_sign_in": "Those don't match what we have. Check them and try again.",
    "second_factor_needed": "Enter the six numbers from your app.",
    "link_used": "This link was used already, or it has run out.",
    "address_not_usable": "We can't send to that address. It begins with https:// and can be reached from the internet, or your operator lists it.",
    "mailbox_not_usable": "That doesn't look like an e-mail address. Could you check it?",
    "channel_in_use": "The list of who is called names this channel. Take it off the list first.",
    "unsigned": "We couldn't tell that this came from your provider, or it came too late.",
    "cross_site": "This came from another site, so we didn't act on it.",
    "points_to_someone": "That has a name, a number or an address in it that could point to somebody. Say it without, and it can be shared.",
    "rota_full": "There are as many as we can keep. Take out what is over first.",
    "rung_needed": "Somebody has to be called. Keep at least one on the list.",
    "rung_unreachable": "There's no way to reach this one yet. Choose a channel.",
    "channel_gone": "A channel chosen here isn't in use any more. Choose another.",
    "not_a_clinician": "Only a clinician who can sign in here can answer. Choose somebody else.",
    "duty_manager_needed": "A list that follows the rota needs a duty manager, for hours that nobody has.",
    "timer_too_long": "That's longer than a call may wait. Choose a shorter time.",
    "timer_too_short": "That's too soon for a person to wake and answer. Choose a longer time.",
    "timer_never": "The step after it would come first, so this one never would. Choose a shorter time.",
    "timer_order": "What's more urgent may not wait longer than what's less urgent. Choose a shorter time.",
    "changed_meanwhile": "Somebody else changed this while you were at it. What you wrote is kept here.",
    "reason_needed": "Please say in a few words why.",
    "busy": "A lot is happening here right now. Try again in a moment.",
    "unavailable": "We can't store anything right now. Your words stay here; try again in a moment.",
    "upgrade_required": "This page is from before an update. Load it afresh to go on.",
    "handshake_order": "Say hello first.",
    "too_many_open": "Too many things are open at once.",
    "too_many_tries": "That's many tries in a short time. Rest a little and try again.",
}
