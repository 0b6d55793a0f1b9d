"""What a socket says when it says one thing at a time, read without the machinery: one text frame that came alone and whole.

In a busy room most of what a node receives are confirmations of fifty bytes, and most of the rest is what people say. A full parse costs ten times what a
confirmation is worth. The library stays the judge of everything else: whatever is not exactly this goes to it, and whoever once stopped in the middle of
a frame is read by it from then on.
"""

SHORT = 125  # bytes; the length of a longer frame is written in another way
LONG = 8 * 1024  # bytes; far below what the library lets through, so that there is nothing to refuse here
_FINAL_TEXT = 0x81
_MASKED = 0x80
_CONTROL = 0x08
_LENGTH_FOLLOWS = 126 | _MASKED


def whole_text(data: bytes) -> bytes | None:
    """The payload, if `data` is one final, masked text frame of at most `LONG` bytes and nothing else."""
    if len(data) < 6 or data[0] != _FINAL_TEXT:
        return None
    size, head = data[1] - _MASKED, 2
    if data[1] == _LENGTH_FOLLOWS:
        size, head = int.from_bytes(data[2:4], "big"), 4
        if not SHORT < size <= LONG:
            return None
    elif not 0 <= size <= SHORT:
        return None
    start = head + 4
    if len(data) != start + size:
        return None
    mask = data[head:start] * (size // 4 + 1)
    return (int.from_bytes(data[start:], "little") ^ int.from_bytes(mask[:size], "little")).to_bytes(size, "little")


def ends_between_messages(data: bytes) -> bool:
    """Whether `data`, which begins with a frame, also ends with one, and with the last one of its message."""
    at, final = 0, True
    while at + 2 <= len(data):
        if not data[at] & _CONTROL:  # a ping may come in the middle of a message, and ends none
            final = data[at] >= 0x80
        size, head = data[at + 1] & 0x7F, 2
        if size > SHORT:
            head = 4 if size == 126 else 10
            size = int.from_bytes(data[at + 2 : at + head], "big")
        at += head + size + (4 if data[at + 1] & _MASKED else 0)
    return at == len(data) and final
