"""The doors of reports, acts and appeals."""

from beside.kit.context import command, query
from beside.kit.web import Door, Visit
from beside.moderation import acts as about_me
from beside.moderation import appeals, receipts
from beside.moderation.appeal import appeal
from beside.moderation.claim import claim
from beside.moderation.close_report import close_report
from beside.moderation.decide_appeal import decide_appeal
from beside.moderation.hide import hide
from beside.moderation.open_report import open_report
from beside.moderation.report import report
from beside.moderation.restore import restore
from beside.moderation.step_out import step_out
from beside.moderation.suspend import lift, suspend
from beside.protocol.report_snapshots import Acts, ActShown, AppealOpened, Receipt, Receipts, ReportOpened
from beside.protocol.requests import Appeal, CloseReport, DecideAppeal, HideMessage, ReportMessage, StepOut, Suspend
from beside.protocol.snapshots import Fine


async def report_message(visit: Visit) -> Receipt:
    """Report a message that you can read. You get a receipt, and hear back. Whoever wrote it does not learn who told us.

    Reporting the same message again gives the first receipt, as it stands now.
    """
    told = visit.body(ReportMessage)
    async with command(visit.house, visit.me) as ctx:
        return await report(ctx, told)


async def my_reports(visit: Visit) -> Receipts:
    """What you told us, and what came of it."""
    async with query(visit.house, visit.me) as ctx:
        return Receipts(receipts=await receipts.receipts(ctx))


async def read_report(visit: Visit) -> ReportOpened:
    """A reported message with what stood around it. That you read it is written down."""
    async with command(visit.house, visit.me) as ctx:
        return await open_report(ctx, visit.id("report"))


async def claim_report(visit: Visit) -> ReportOpened:
    """Take a report for a minute, or keep it for another. Where somebody else has it, opening it says who.

    Nobody needs to claim first: hiding, stepping out, closing and showing again claim an open report that nobody has.
    """
    async with command(visit.house, visit.me) as ctx:
        return await claim(ctx, visit.id("report"))


async def hide_message(visit: Visit) -> ReportOpened:
    """Hide the reported message. Others see a placeholder; its author reads your reason, and may ask somebody else to look at it.

    Hiding what is hidden already changes nothing: the first reason stays.
    """
    wish = visit.body(HideMessage)
    async with command(visit.house, visit.me) as ctx:
        return await hide(ctx, visit.id("report"), wish.reason)


async def restore_message(visit: Visit) -> ReportOpened:
    """Show the message again. It works after the report was closed, too. `already_done` where it is not hidden."""
    async with command(visit.house, visit.me) as ctx:
        return await restore(ctx, visit.id("report"))


async def step_author_out(visit: Visit) -> ReportOpened:
    """Ask the author to take a break from this group, and offer them a one-to-one.

    The offer puts a member at the front of the line a moment after this answer; their act names the conversation once a peer has met them.
    `already_done` where they are taking a break from it already; `not_allowed` in a one-to-one.
    """
    wish = visit.body(StepOut)
    async with command(visit.house, visit.me) as ctx:
        return await step_out(ctx, visit.id("report"), wish)


async def close(visit: Visit) -> ReportOpened:
    """Close the report. Everybody who reported the message hears back."""
    wish = visit.body(CloseReport)
    async with command(visit.house, visit.me) as ctx:
        return await close_report(ctx, visit.id("report"), wish)


async def my_acts(visit: Visit) -> Acts:
    """What was done about you, why, and until when. Open to you while you are suspended, too."""
    async with query(visit.house, visit.me) as ctx:
        return Acts(acts=await about_me.acts(ctx))


async def ask_for_another_look(visit: Visit) -> ActShown:
    """Ask somebody else to look at what was done about you. Once for each act: asking again keeps the first words. `already_done` where it was undone."""
    asked = visit.body(Appeal)
    async with command(visit.house, visit.me) as ctx:
        return await appeal(ctx, visit.id("act"), asked.words)


async def read_appeal(visit: Visit) -> AppealOpened:
    """An appeal against what somebody else did. That you read it is written down."""
    async with command(visit.house, visit.me) as ctx:
        return await appeals.open_appeal(ctx, visit.id("appeal"))


async def decide(visit: Visit) -> AppealOpened:
    """Let the act stand, or undo it. The person reads your answer. Once: a second decision is `already_done`. Not by whoever acted."""
    decision = visit.body(DecideAppeal)
    async with command(visit.house, visit.me) as ctx:
        return await decide_appeal(ctx, visit.id("appeal"), decision)


async def suspend_account(visit: Visit) -> Fine:
    """Suspend somebody for a while. They leave every conversation, and read why, until when, and how to ask somebody else to look."""
    wish = visit.body(Suspend)
    async with command(visit.house, visit.me) as ctx:
        await suspend(ctx, visit.id("account"), wish)
    return Fine()


async def lift_account(visit: Visit) -> Fine:
    """End a suspension now."""
    async with command(visit.house, visit.me) as ctx:
        await lift(ctx, visit.id("account"))
    return Fine()


doors = [
    Door("POST", "/api/reports", report_message, body=ReportMessage, answer=Receipt, tries="report"),
    Door("GET", "/api/reports", my_reports, answer=Receipts),
    Door("GET", "/api/desk/reports/{report}", read_report, answer=ReportOpened, who="staff"),
    Door("POST", "/api/desk/reports/{report}/claim", claim_report, answer=ReportOpened, who="staff"),
    Door("POST", "/api/desk/reports/{report}/hide", hide_message, body=HideMessage, answer=ReportOpened, who="staff"),
    Door("POST", "/api/desk/reports/{report}/restore", restore_message, answer=ReportOpened, who="staff"),
    Door("POST", "/api/desk/reports/{report}/step-out", step_author_out, body=StepOut, answer=ReportOpened, who="staff"),
    Door("POST", "/api/desk/reports/{report}/close", close, body=CloseReport, answer=ReportOpened, who="staff"),
    Door("GET", "/api/acts", my_acts, answer=Acts),
    Door("POST", "/api/acts/{act}/appeal", ask_for_another_look, body=Appeal, answer=ActShown, tries="appeal"),
    Door("GET", "/api/desk/appeals/{appeal}", read_appeal, answer=AppealOpened, who="staff"),
    Door("POST", "/api/desk/appeals/{appeal}/decide", decide, body=DecideAppeal, answer=AppealOpened, who="staff"),
    Door("POST", "/api/desk/accounts/{account}/suspend", suspend_account, body=Suspend, who="staff"),
    Door("POST", "/api/desk/accounts/{account}/lift", lift_account, who="staff"),
]
