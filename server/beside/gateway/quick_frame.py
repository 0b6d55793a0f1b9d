"""The commonest thing a socket says, read without the machinery: one short text frame that came alone and whole.

In a busy room most of what a node receives are confirmations of fifty bytes, and a full parse costs ten times what they are worth. The library stays the
judge of everything else: whatever is not exactly this goes to it, and whoever once stopped in the middle of a frame is read by it from then on.
"""

SHORT = 125  # bytes; the length of a longer frame is written in another way
_FINAL_TEXT = 0x81
_MASKED = 0x80


def short_text(data: bytes) -> bytes | None:
    """The payload, if `data` is one final, masked text frame of at most `SHORT` bytes and nothing else."""
    if len(data) < 6 or data[0] != _FINAL_TEXT or not 0 <= (size := data[1] - _MASKED) <= SHORT or len(data) != 6 + size:
        return None
    key = data[2:6] * (size // 4 + 1)
    return (int.from_bytes(data[6:], "little") ^ int.from_bytes(key[:size], "little")).to_bytes(size, "little")


def ends_between_messages(data: bytes) -> bool:
    """Whether `data`, which begins with a frame, also ends with one, and with the last one of its message."""
    at, final = 0, True
    while at + 2 <= len(data):
        final = data[at] >= 0x80
        size, head = data[at + 1] & 0x7F, 2
        if size > SHORT:
            head = 4 if size == 126 else 10
            size = int.from_bytes(data[at + 2 : at + head], "big")
        at += head + size + (4 if data[at + 1] & _MASKED else 0)
    return at == len(data) and final
