"""Copies of a running PostgreSQL, as an operator makes them: a base backup into the empty folder of another server."""

import shutil
import subprocess

import psycopg

from tests.rig.postgres import PostgresServer, binaries


def back_up(server: PostgresServer, spare: PostgresServer, *options: str) -> None:
    """`spare`, which was never started, becomes a copy of `server`. `options` are `pg_basebackup`'s."""
    data, who = spare.home / "data", spare.child._user
    shutil.rmtree(data)
    command = [
        str(binaries() / "pg_basebackup"),
        "-h",
        "127.0.0.1",
        "-p",
        str(server.port),
        "-U",
        "beside",
        "-D",
        str(data),
        "-c",
        "fast",
        "--no-sync",
        *options,
    ]
    subprocess.run(command, check=True, capture_output=True, cwd=spare.home, user=who, group=who, extra_groups=[] if who else None)


def is_recovering(server: PostgresServer) -> bool:
    """Whether it follows another, or a log that was kept: it answers, and stores nothing."""
    with psycopg.connect(server.url()) as asking:
        return asking.execute("SELECT pg_is_in_recovery()").fetchone() == (True,)
