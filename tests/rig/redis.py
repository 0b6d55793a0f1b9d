"""A throw-away Redis server on a port of its own, which keeps nothing."""

import shutil
import tempfile
from pathlib import Path

import redis

from tests.rig.child import Child, free_port
from tests.rig.wait import wait_until

START_S = 10.0


class RedisServer:
    """Killed and started again it comes back empty, on the same port."""

    def __init__(self) -> None:
        program = shutil.which("redis-server")
        if program is None:
            raise FileNotFoundError("Redis is not installed: on Debian, apt-get install redis-server")
        self.home = Path(tempfile.mkdtemp(prefix="beside-redis-"))
        self.port = free_port()
        self.child = Child(
            [program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(self.home)],
            log=self.home / "log",
        )

    def start(self) -> None:
        self.child.start()
        wait_until(self._answers, START_S, "Redis")

    def stop(self) -> None:
        self.child.stop()

    def kill(self) -> None:
        self.child.kill()

    def close(self) -> None:
        self.child.kill()
        shutil.rmtree(self.home, ignore_errors=True)

    @property
    def url(self) -> str:
        return self.url_by(self.port)

    def url_by(self, port: int) -> str:
        """Through a proxy that listens on `port`."""
        return f"redis://127.0.0.1:{port}"

    def client(self) -> "redis.Redis":
        """A plain client, to look inside or to set the server up badly. Close it."""
        return redis.Redis(port=self.port, socket_timeout=2, legacy_responses=False)

    def _answers(self) -> bool:
        try:
            with self.client() as client:
                return bool(client.ping())
        except redis.exceptions.RedisError:
            return False
