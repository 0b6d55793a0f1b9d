"""A leading Redis, one that follows it, and three sentinels that agree on who leads: what an operator who wants no single Redis runs."""

import shutil
from pathlib import Path

import redis

from tests.rig.child import Child, free_port
from tests.rig.redis import RedisServer
from tests.rig.wait import wait_until

SERVICE = "beside-bus"
AGREE = 2  # of three
DOWN_MS = 500  # how long a Redis may be silent; in life some seconds
START_S = 30.0


class Sentinels:
    """`url` is what BESIDE_REDIS_URL would be. `leader` is where the service is by the first sentinel's word."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.servers = [RedisServer(), RedisServer()]
        self.ports = [free_port() for _ in range(3)]
        self._children: list[Child] = []

    @property
    def url(self) -> str:
        return f"redis+sentinel://{','.join(f'127.0.0.1:{port}' for port in self.ports)}/{SERVICE}"

    @property
    def leader(self) -> int:
        with self._ask(self.ports[0]) as sentinel:
            return int(sentinel.sentinel_get_master_addr_by_name(SERVICE)[1])

    @property
    def leading(self) -> RedisServer:
        leads = self.leader
        return next(server for server in self.servers if server.port == leads)

    def start(self) -> None:
        """Until each sentinel knows the other two and the Redis that follows."""
        first, second = self.servers
        for server in self.servers:
            server.start()
        with second.client() as client:
            client.replicaof("127.0.0.1", first.port)
        for port in self.ports:
            self._start_sentinel(port, first.port)
        wait_until(lambda: all(self._knows_all(port) for port in self.ports), START_S, "the sentinels")

    def kill_leader(self) -> None:
        leads = self.leader
        self.leading.kill()
        wait_until(lambda: self.leader != leads, START_S, "another leader")

    def kill_leader_ahead_of_the_other(self, key: str) -> None:
        """As `kill_leader`, but the other hangs and is cut off just before: it takes over without the last that was written, which is `key`."""
        leads, other = self.leading, next(server for server in self.servers if server.port != self.leader)
        with leads.client() as client:
            client.set(key, "old")
            if client.wait(1, int(START_S * 1000)) != 1:
                raise TimeoutError("the other does not follow")
            other.child.freeze()
            client.client_kill_filter(_type="replica")
            client.set(key, "new")
        leads.kill()
        other.child.thaw()
        wait_until(lambda: self.leader != leads.port, START_S, "another leader")

    def close(self) -> None:
        for child in self._children:
            child.kill()
        for server in self.servers:
            server.close()

    def _start_sentinel(self, port: int, leader: int) -> None:
        config = self.folder / f"sentinel-{port}.conf"
        config.write_text(
            f"port {port}\nbind 127.0.0.1\ndir {self.folder}\n"
            f"sentinel monitor {SERVICE} 127.0.0.1 {leader} {AGREE}\n"
            f"sentinel down-after-milliseconds {SERVICE} {DOWN_MS}\n"
            f"sentinel failover-timeout {SERVICE} 5000\n"
        )
        child = Child([shutil.which("redis-server") or "redis-server", str(config), "--sentinel"], log=self.folder / f"sentinel-{port}.log")
        self._children.append(child)
        child.start()

    def _knows_all(self, port: int) -> bool:
        try:
            with self._ask(port) as sentinel:
                known = sentinel.sentinel_master(SERVICE)
        except redis.exceptions.RedisError:
            return False
        return (1, 2) == (known["num-slaves"], known["num-other-sentinels"])

    def _ask(self, port: int) -> "redis.Redis":
        return redis.Redis(port=port, socket_timeout=2)
