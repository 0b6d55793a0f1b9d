"""The doors of arriving, signing in and out, one's own page, and the coordinator's staff page."""

from uuid import UUID

from beside.accounts.accept_invitation import accept_invitation, open_invitation
from beside.accounts.arrive import arrive
from beside.accounts.cookies import SESSION
from beside.accounts.grant_role import grant_role
from beside.accounts.invite import invite
from beside.accounts.me import me_of
from beside.accounts.permissions import STAFF
from beside.accounts.recovery import make_code, replace_code
from beside.accounts.revoke_role import revoke_role
from beside.accounts.role_cards import cards
from beside.accounts.second_factor import confirm_second_factor, set_up_second_factor
from beside.accounts.set_password import set_password
from beside.accounts.sign_in import sign_in_with_code, sign_in_with_password
from beside.accounts.sign_out import sign_out
from beside.accounts.staff import staff
from beside.accounts.tickets import issue_ticket
from beside.accounts.withdraw_invitation import withdraw_invitation
from beside.kit.context import command, query, shared_command
from beside.kit.errors import BadInput, NotFound
from beside.kit.web import Door, Visit
from beside.protocol import account_snapshots, requests, snapshots, staff_snapshots
from beside.protocol.shapes import Role


async def _let_in(visit: Visit, account: UUID, token: str) -> account_snapshots.Me:
    visit.cookies[SESSION] = token
    async with query(visit.house) as ctx:
        return await me_of(ctx, account)


async def arrivals(visit: Visit) -> account_snapshots.Arrived:
    """A member arrives, under a pseudonym of their own. The recovery code is shown this once; the cookie signs them in."""
    wish = visit.body(requests.Arrive)
    code = await make_code(visit.house.hasher)
    async with command(visit.house) as ctx:
        account, token = await arrive(ctx, wish, code)
        account_id = account.id
    return account_snapshots.Arrived(me=await _let_in(visit, account_id, token), recovery_code=code.shown)


async def by_code(visit: Visit) -> account_snapshots.Me:
    """A member comes back with their recovery code. Staff sign in with a password: a code would go around their second factor."""
    return await _let_in(visit, *await sign_in_with_code(visit.house, visit.body(requests.SignInWithCode).code, visit.address))


async def by_password(visit: Visit) -> account_snapshots.Me:
    """Sign in with a name and a password. `second_factor_needed` asks for the same again with the six numbers."""
    return await _let_in(visit, *await sign_in_with_password(visit.house, visit.body(requests.SignInWithPassword)))


async def end_mine(visit: Visit) -> snapshots.Fine:
    """Sign out on this device. Its sockets close with 4001; other devices stay signed in."""
    async with command(visit.house, visit.me) as ctx:
        await sign_out(ctx)
    visit.cookies[SESSION] = None
    return snapshots.Fine()


async def leave(visit: Visit) -> snapshots.Fine:
    """The quick exit's sign-out, for `sendBeacon`: any body, and always the same answer, signed in or not."""
    if visit.actor is not None:
        async with command(visit.house, visit.actor) as ctx:
            await sign_out(ctx)
    visit.cookies[SESSION] = None
    return snapshots.Fine()


async def read_me(visit: Visit) -> account_snapshots.Me:
    """Who is signed in, what they may do in words, and where to turn at once."""
    async with query(visit.house, visit.me) as ctx:
        return await me_of(ctx, visit.me.account)


async def put_password(visit: Visit) -> account_snapshots.Me:
    """Set or change one's password; `current` is needed where there is one. Every other session of the account ends."""
    wish = visit.body(requests.SetPassword)
    await set_password(visit.house, visit.me, wish.password, wish.current)
    return await read_me(visit)


async def new_recovery_code(visit: Visit) -> account_snapshots.NewRecoveryCode:
    """A new recovery code, shown this once. The old code and every other session end."""
    code = await make_code(visit.house.hasher)
    async with command(visit.house, visit.me) as ctx:
        await replace_code(ctx, code)
    return account_snapshots.NewRecoveryCode(recovery_code=code.shown)


async def begin_second_factor(visit: Visit) -> account_snapshots.SecondFactorSetup:
    """A secret for an authenticator app. It is not in force until its numbers have been confirmed."""
    async with command(visit.house, visit.me) as ctx:
        return await set_up_second_factor(ctx)


async def confirm_numbers(visit: Visit) -> account_snapshots.Me:
    """The app shows these six numbers: from now on they are asked for at each sign-in. Every other session ends."""
    numbers = visit.body(requests.ConfirmSecondFactor).numbers
    async with command(visit.house, visit.me) as ctx:
        await confirm_second_factor(ctx, numbers)
    return await read_me(visit)


async def ticket(visit: Visit) -> account_snapshots.Ticket:
    """A ticket for the `hello` of one socket, once, within 30 s."""
    async with shared_command(visit.house, visit.me) as ctx:
        return await issue_ticket(ctx)


async def role_cards(visit: Visit) -> staff_snapshots.RoleCards:
    """What each role is for, and what it may and may not do: printed from the table that the server enforces."""
    return staff_snapshots.RoleCards(cards=cards())


async def staff_list(visit: Visit) -> staff_snapshots.Staff:
    """Who works in this hub, with which roles, and which invitations are open. For coordinators."""
    async with query(visit.house, visit.me) as ctx:
        return await staff(ctx)


async def make_invitation(visit: Visit) -> staff_snapshots.InvitationMade:
    """Invite somebody into a staff role. The link is shown this once, works once, and for 7 days. For coordinators."""
    wish = visit.body(requests.InviteStaff)
    async with command(visit.house, visit.me) as ctx:
        return await invite(ctx, wish)


async def take_back_invitation(visit: Visit) -> snapshots.Fine:
    """Take an invitation back: its link opens nothing any more. For coordinators."""
    async with command(visit.house, visit.me) as ctx:
        await withdraw_invitation(ctx, visit.id("invitation"))
    return snapshots.Fine()


async def look_at_invitation(visit: Visit) -> staff_snapshots.InvitationOpened:
    """Which hub and role an invitation is for. Looking changes nothing."""
    async with query(visit.house) as ctx:
        return await open_invitation(ctx, visit.request.path_params["token"])


async def accept(visit: Visit) -> account_snapshots.Me:
    """Accept an invitation: a name to sign in with, a pseudonym that people see, a password. The cookie signs in."""
    return await _let_in(visit, *await accept_invitation(visit.house, visit.request.path_params["token"], visit.body(requests.AcceptInvitation)))


async def give_role(visit: Visit) -> staff_snapshots.Staff:
    """Give somebody of this hub a role of staff. Their sockets close with 4010, and come back with what they may do now. For coordinators."""
    role = _of_staff(visit.body(requests.ChangeRole).role)
    async with command(visit.house, visit.me) as ctx:
        await grant_role(ctx, visit.id("account"), role)
    return await staff_list(visit)


async def take_role(visit: Visit) -> staff_snapshots.Staff:
    """Take a role of staff back; what relied on it ends at once. There is always one coordinator. For coordinators.

    With another role of staff left, their sockets close with 4010 and come back with less; with none, their sessions end, and their sockets close with 4001.
    """
    name = visit.request.path_params["role"]
    if name not in set(Role):
        raise NotFound
    role = _of_staff(Role(name))
    async with command(visit.house, visit.me) as ctx:
        await revoke_role(ctx, visit.id("account"), role)
    return await staff_list(visit)


def _of_staff(role: Role) -> Role:
    """Nobody is made a member, or stopped from being one: they arrive, and a suspension says why and until when. Raises `BadInput`."""
    if role not in STAFF:
        raise BadInput("not_usable", field="role")
    return role


doors = [
    Door("POST", "/api/arrivals", arrivals, body=requests.Arrive, answer=account_snapshots.Arrived, who="anyone", tries="arrival"),
    Door("POST", "/api/sessions/code", by_code, body=requests.SignInWithCode, answer=account_snapshots.Me, who="anyone"),
    Door("POST", "/api/sessions/password", by_password, body=requests.SignInWithPassword, answer=account_snapshots.Me, who="anyone", tries="sign_in_address"),
    Door("DELETE", "/api/sessions/current", end_mine),
    Door("POST", "/api/sessions/leave", leave, who="anyone"),
    Door("GET", "/api/me", read_me, answer=account_snapshots.Me),
    Door("PUT", "/api/me/password", put_password, body=requests.SetPassword, answer=account_snapshots.Me),
    Door("POST", "/api/me/recovery-code", new_recovery_code, answer=account_snapshots.NewRecoveryCode),
    Door("POST", "/api/me/second-factor", begin_second_factor, answer=account_snapshots.SecondFactorSetup),
    Door("PUT", "/api/me/second-factor", confirm_numbers, body=requests.ConfirmSecondFactor, answer=account_snapshots.Me),
    Door("POST", "/api/tickets", ticket, answer=account_snapshots.Ticket, crowded=True),
    Door("GET", "/api/roles", role_cards, answer=staff_snapshots.RoleCards),
    Door("GET", "/api/staff", staff_list, answer=staff_snapshots.Staff, who="staff"),
    Door("POST", "/api/invitations", make_invitation, body=requests.InviteStaff, answer=staff_snapshots.InvitationMade, who="staff", tries="invite"),
    Door("DELETE", "/api/invitations/{invitation}", take_back_invitation, who="staff"),
    Door("GET", "/api/invitations/{token}", look_at_invitation, answer=staff_snapshots.InvitationOpened, who="link"),
    Door("POST", "/api/invitations/{token}", accept, body=requests.AcceptInvitation, answer=account_snapshots.Me, who="link", tries="invitation"),
    Door("POST", "/api/staff/{account}/roles", give_role, body=requests.ChangeRole, answer=staff_snapshots.Staff, who="staff"),
    Door("DELETE", "/api/staff/{account}/roles/{role}", take_role, answer=staff_snapshots.Staff, who="staff"),
]
