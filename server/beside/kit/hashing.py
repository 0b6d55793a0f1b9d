"""Argon2id in a small pool of threads, so that a hundred sign-ins at once never slow the chat."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

THREADS = 2  # argon2 takes 64 MiB and 0.2 s a time: two at once leave a small machine its breath


class Hasher:
    """`cheap` is for tests only."""

    def __init__(self, *, cheap: bool = False) -> None:
        self._argon2 = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1) if cheap else PasswordHasher()
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="argon2")
        self._decoy = self._argon2.hash("nobody's password")

    async def hash(self, secret: str) -> str:
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._argon2.hash, secret)

    async def matches(self, stored: str | None, secret: str) -> bool:
        """Whether `secret` is what was hashed. With nothing stored it takes as long and is False: nobody learns who exists."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._matches, stored or self._decoy, secret, stored is not None)

    def _matches(self, stored: str, secret: str, exists: bool) -> bool:
        try:
            self._argon2.verify(stored, secret)
        except (VerificationError, InvalidHashError):
            return False
        return exists

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
