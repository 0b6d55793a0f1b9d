"""What a process has used so far, by the kernel's own accounts."""

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


def cpu_seconds(pid: int) -> float:
    """User and system time of the process, all threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident_bytes(pid: int) -> int:
    """Memory of the process that is in use now."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE


def kernel_socket_bytes() -> int:
    """What the kernel holds in the buffers of all TCP sockets of this machine, at both ends."""
    words = next(line for line in Path("/proc/net/sockstat").read_text().splitlines() if line.startswith("TCP:")).split()
    return int(words[words.index("mem") + 1]) * PAGE
