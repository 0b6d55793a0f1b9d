"""The rota in a browser: a red week is planned whole, without a mouse; two clinicians swap a turn; somebody is away, and the gap says so."""

import os
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from beside.escalations.rota import set_rungs
from beside.hubs.policy import Rung
from beside.kit.context import command
from beside.protocol.shapes import Role
from tests.journeys.test_accessible import _faults
from tests.rig.browser import DESK, PHONE, snap

if TYPE_CHECKING:
    from tests.journeys.deployment import Hub
    from tests.journeys.person import Person

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.long]


async def test_a_week_is_planned_and_swapped(hub: "Hub") -> None:
    """Juno fills the week by keyboard alone; Sana asks, Moss takes a turn of hers and is then away, which shows as a gap; nothing for axe (FAULTS 113)."""
    for name, role in (("Juno", Role.coordinator), ("Sana", Role.clinician), ("Moss", Role.clinician)):
        await hub.employs(name, role)
    async with command(hub.at.house) as ctx:
        await set_rungs(ctx, hub.id, [Rung("First on call", [], rota=True), Rung("Second on call", [], rota=True)])
    async with hub.at_work("Juno", "/coordinate") as juno, hub.at_work("Sana", "/on-call", size=PHONE) as sana:
        await juno.follows("Rota")
        await juno.sees("What’s missing in the next three days")
        await juno.sees("First on call: nobody")
        await _looked_at(juno, "rota-empty")
        await _plans_by_keyboard(juno, "Sana")
        await juno.sees("Sana has no way to be reached")
        await _looked_at(juno, "rota-red")
        await sana.follows("Who’s on call when")
        await sana.sees_heading("Rota")
        await sana.taps("Week after")
        await sana.sees("Your turns this week")
        await sana.page.locator(".days").get_by_role("button", name="Sana").first.click()
        await _looked_at(sana, "rota-ask")
        await sana.taps("Ask", within=sana.dialog)
        await sana.sees("You asked")
        async with hub.at_work("Moss", "/on-call#/rota") as moss:
            await moss.page.get_by_role("button", name="Take it: Sana").click()
            await moss.sees_no("I’ll take it")
            await moss.taps("Say when I’m away")
            await moss.taps("Write it down", within=moss.dialog)
            await moss.sees("There after all")
            await _looked_at(moss, "rota-mine")
        await juno.taps("Week after")
        await juno.sees("Moss")
        await _looked_at(juno, "rota-planned")
        await juno.page.locator(".wide").get_by_role("button", name="Sana").last.click()
        await juno.sees("The whole shift")
        await _looked_at(juno, "rota-turn")
        await juno.taps("Close", within=juno.dialog)
        await _brings_in(juno)
    assert [] == [*juno.complaints, *sana.complaints]


async def _plans_by_keyboard(juno: "Person", name: str) -> None:
    """Every day around the clock, from the button to the rota without a mouse."""
    keys = juno.page.keyboard
    await juno.page.get_by_role("button", name="Add a shift").focus()
    await keys.press("Enter")
    await expect(juno.dialog).to_be_visible()
    monday = date.fromisoformat((await juno.field("Begins").input_value())[:10])
    await juno.field("Who").press_sequentially(name)
    await juno.writes("Begins", f"{monday}T08:00")
    await juno.writes("Ends", f"{monday + timedelta(days=1)}T08:00")
    for day in ("Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"):
        await juno.page.get_by_label(day, exact=True).focus()
        await keys.press("Space")
    await _looked_at(juno, "rota-shift")
    await juno.dialog.get_by_role("button", name="Put it on the rota").focus()
    await keys.press("Enter")
    await expect(juno.dialog).to_be_hidden()


async def _brings_in(juno: "Person") -> None:
    event = "BEGIN:VEVENT\nDTSTART:20260302T200000\nDTEND:20260303T080000\nRRULE:FREQ={}\nSUMMARY:{}\nEND:VEVENT\n"
    await juno.taps("Bring a calendar in")
    await juno.writes("Or its text", event.format("WEEKLY", "Night: Moss") + event.format("MONTHLY", "Sana"))
    await juno.taps("See what it means")
    await juno.sees("One shift would go on the rota")
    await juno.sees("it comes again in a way we can’t keep")
    await _looked_at(juno, "rota-bring-in")
    await juno.taps("Put these on the rota")
    await juno.sees("One shift is on the rota.")


async def _looked_at(somebody: "Person", name: str) -> None:
    """Nothing for axe, nothing cut off; and a picture where somebody asked for pictures."""
    assert [] == await _faults(somebody.page), name
    if "BESIDE_PICTURES" not in os.environ:
        return
    before = somebody.page.viewport_size
    for light in ("light", "dark"):
        await somebody.page.emulate_media(color_scheme="dark" if light == "dark" else "light")
        for size, pixels in (("phone", PHONE), ("desk", DESK)):
            await somebody.page.set_viewport_size(pixels)  # type: ignore[arg-type]  # a TypedDict
            await snap(somebody.page, f"{name}-{size}-{light}")
    await somebody.page.emulate_media(color_scheme="light")
    if before:
        await somebody.page.set_viewport_size(before)
