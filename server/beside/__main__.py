"""The command line, nothing else: each command reads settings, calls one thing, and says in plain words what is missing."""

import asyncio
import os
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer
import uvloop

from beside.settings import NotConfigured, Settings

if TYPE_CHECKING:
    from beside.doctor import Finding

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="Beside: digital peer support chat.")
account = typer.Typer(no_args_is_help=True, help="People.")
protocol = typer.Typer(no_args_is_help=True, help="The wire.")
audit = typer.Typer(no_args_is_help=True, help="The ledger.")
doctor = typer.Typer(help="What must be mended.")
cli.add_typer(doctor, name="doctor")
cli.add_typer(account, name="account")
cli.add_typer(protocol, name="protocol")
cli.add_typer(audit, name="audit")


@cli.command()
def demo(
    port: int = 8123,
    host: str = "127.0.0.1",
    data: Path = Path("data"),
    ready_file: Annotated[Path | None, typer.Option(help="Written when it is ready: JSON with the address and the demo sign-ins.")] = None,
) -> None:
    """A complete service to try, with throw-away keys and made-up people."""
    from beside.demo.run import run_demo

    _run(run_demo(port=port, host=host, data=data, ready_file=ready_file))


@cli.command()
def serve(host: str | None = None, port: int | None = None) -> None:
    """One web node. Run any number of them over one PostgreSQL and one Redis."""
    from beside.serving import serve as serve_node

    chosen = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    _run(serve_node(Settings().model_copy(update=chosen)))


@cli.command()
def worker() -> None:
    """Jobs and timers alone: escalations, reminders, the watchdog. Run two; they share the work safely."""
    from beside.serving import work

    _run(work(Settings()))


@cli.command()
def migrate(wait: Annotated[bool, typer.Option("--wait", help="For a database that is not there yet, as `serve` and `worker` do.")] = False) -> None:
    """Bring the database to the newest revision."""
    from beside.serving import migrate_database

    _run(migrate_database(Settings(), wait=wait))


@cli.command()
def restored() -> None:
    """Once after restoring the database from a backup, before a node starts: people's pages then load afresh. Ends with 1 where a ledger is not whole."""
    from beside.serving import take_up_restored

    problems = _run(take_up_restored(Settings()))
    for problem in problems or ["The database is taken up, and every ledger in it is whole."]:
        typer.echo(problem)
    raise typer.Exit(1 if problems else 0)


@doctor.callback(invoke_without_command=True)
def examined(context: typer.Context) -> None:
    """What is misconfigured, in plain words. Ends with 1 where something must be mended."""
    from beside.doctor import examine

    if context.invoked_subcommand is None:
        _tell(asyncio.run(examine(Settings())))


@doctor.command("on-call")
def on_call(
    hub: Annotated[str | None, typer.Option(help="The short name of one hub; all of them without it.")] = None,
    test: Annotated[bool, typer.Option("--test", help="Send a real test message through each channel.")] = False,
) -> None:
    """Whether anyone is really reachable tonight, hub by hub, and what stands in the way. Ends with 1 where somebody would not be reached."""
    from beside.doctor import examine_on_call

    _tell(_run(examine_on_call(Settings(), hub, test=test)))


def _tell(findings: "list[Finding]") -> None:
    for finding in findings:
        typer.echo(finding)
    raise typer.Exit(0 if all(finding.well for finding in findings) else 1)


@cli.command()
def deliveries(
    hub: Annotated[str, typer.Argument(help="The hub's short name.")],
    escalation: Annotated[UUID | None, typer.Option(help="Only of this call.")] = None,
    state: Annotated[str | None, typer.Option(help="delivered or not_delivered")] = None,
    older_than: Annotated[UUID | None, typer.Option(help="The id that the page before ended with.")] = None,
) -> None:
    """What was sent to whoever is on call and how it went, the newest first. Never what it said."""
    from beside.serving import list_deliveries

    for line in _run(list_deliveries(Settings(), hub, escalation=escalation, state=state, older_than=older_than)):
        typer.echo(line)


@cli.command("new-key")
def new_key(version: int = 1) -> None:
    """A line for BESIDE_KEY_FILE. Keep it apart from the database and its backups: without it nothing can be read."""
    from beside.doctor import new_key_line

    typer.echo(new_key_line(os.urandom(32), version))


@account.command("create")
def create_account(
    hub: Annotated[str, typer.Option(help="The hub's short name; it is made if it is not there.")],
    role: Annotated[str, typer.Option(help="peer, moderator, clinician or coordinator")],
    name: Annotated[str, typer.Option(help="To sign in with.")],
    pseudonym: Annotated[str, typer.Option(help="What people see.")],
    hub_name: Annotated[str | None, typer.Option(help="The hub's full name, when it is made.")] = None,
) -> None:
    """A member of staff, most often the first coordinator. The password is asked for, or read from the first line of standard input."""
    from beside.serving import make_staff

    password = typer.prompt("Password", hide_input=True, confirmation_prompt=True) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    _run(make_staff(Settings(), hub=hub, hub_name=hub_name, role=role, name=name, pseudonym=pseudonym, password=password))
    typer.echo("Done. They can sign in at /desk.")


@protocol.command("export")
def export(folder: Path = Path("client_web/src/net")) -> None:
    """Write the TypeScript types to FOLDER and the two documents beside the protocol's code."""
    from beside.documents import write_documents

    for path in write_documents(folder):
        typer.echo(path)


@audit.command("verify")
def verify_audit(hub: str) -> None:
    """Check the hub's ledger from its first row to its last; names the first that is not as it was written."""
    from beside.serving import verify_ledger

    problem = _run(verify_ledger(Settings(), hub))
    typer.echo(problem or "The ledger is whole.")
    raise typer.Exit(1 if problem else 0)


def _run(task: Coroutine[Any, Any, Any]) -> Any:
    """Run to the end; a missing setting is said in one line, without a traceback."""
    from beside.kit.errors import BesideError
    from beside.kit.instance import WrongKey

    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(task)
    except NotConfigured as missing:
        typer.echo(f"Not started. {missing}", err=True)
    except WrongKey:
        typer.echo("Not started. The key in BESIDE_KEY_FILE is not the one this database was written with. Nothing was written.", err=True)
    except BesideError as refusal:
        typer.echo(f"Not done: {refusal.code}{f' ({refusal.field})' if refusal.field else ''}", err=True)
    raise typer.Exit(2)


def main() -> None:
    try:
        cli()
    except KeyboardInterrupt:
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
