"""A child process that a test owns: it is started, watched, frozen, killed, and never outlives the test run."""

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path

STOP_S = 15.0  # a child that was asked kindly and is still here by then is killed


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


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
