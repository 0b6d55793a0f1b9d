"""A child process that a test owns: it is started, watched, frozen, killed, and never outlives the test run."""

import itertools
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

STOP_S = 15.0  # a child that was asked kindly and is still here by then is killed


PORTS = range(10_240, 32_768)  # below those that the kernel hands out to whoever connects: between being found free and being used, none is taken that way
_next = itertools.cycle(PORTS)
_started_at = next(itertools.islice(_next, os.getpid() * 97 % len(PORTS), None))  # runs beside each other begin in different places


def free_port() -> int:
    """A port nobody listens on at this moment, and not one that was given out lately."""
    for port in itertools.islice(_next, len(PORTS)):
        with socket.socket() as tried, suppress(OSError):
            tried.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no port is free")


class Child:
    """`log` gets everything it prints. `user` is who it runs as, where we are root."""

    def __init__(self, argv: list[str], *, log: Path, env: Mapping[str, str] | None = None, cwd: Path | None = None, user: str | None = None) -> None:
        dies_with_us = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
        self._argv, self._env, self._cwd = [*dies_with_us, *argv], env, cwd
        self._user = user if os.geteuid() == 0 else None
        self.log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=dict(self._env) if self._env is not None else None,
                cwd=self._cwd,
                start_new_session=True,  # a group of its own, so that killing it takes its children along
                user=self._user,
                group=self._user,
                extra_groups=[] if self._user else None,
            )

    @property
    def pid(self) -> int:
        assert self._process, "not started"
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def said(self) -> str:
        """What it has printed so far."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def stop(self, how: signal.Signals = signal.SIGTERM, seconds: float = STOP_S) -> int | None:
        """Ask it to end, and wait. Returns its exit status; None where it had to be killed or was never started."""
        if self._process is None:
            return None
        if self.alive:
            self._process.send_signal(how)
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            return None

    def kill(self) -> None:
        """kill -9, with everything it started."""
        if self.alive:
            os.killpg(self.pid, signal.SIGKILL)
            assert self._process
            self._process.wait()

    def freeze(self) -> None:
        """Alive, but doing nothing: a hung process, not a dead one."""
        os.killpg(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.killpg(self.pid, signal.SIGCONT)
