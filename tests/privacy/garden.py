"""Words that nothing else in the world says, planted, and looked for wherever something may have been kept."""

import base64

from tests.rig.redis import RedisServer

NAMES = ["Quiet Heron", "Amber Wolf", "Velvet Fox"]


class Garden:
    """Plants a word that nothing else in the world says, and knows all it planted."""

    def __init__(self) -> None:
        self.planted: list[str] = list(NAMES)

    def word(self, about: str) -> str:
        self.planted.append(f"zanzivar{len(self.planted)}{about}quorble")
        return f"I said {self.planted[-1]} to them."

    def found_in(self, raw: bytes) -> list[str]:
        """What of it stands there: as UTF-8, in the ways a dump or a driver writes bytes, or as UTF-16."""
        flat = raw.lower()
        return [word for word in self.planted if any(way.lower() in flat for way in _ways(word))]


def _ways(word: str) -> list[bytes]:
    plain = word.encode()
    turned = [base64.b64encode(b"x" * shift + plain)[4:-4] for shift in range(3)]
    return [plain, plain.hex().encode(), word.encode("utf-16-le"), *turned]


def everything_in(redis: RedisServer) -> bytes:
    """Every key with its value as Redis dumps it, and its statistics."""
    with redis.client() as client:
        found = [key + b" " + (client.dump(key) or b"") for key in client.scan_iter()]
        return b"\n".join([*found, repr(client.info()).encode()])
