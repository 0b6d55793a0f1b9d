"""What the kernel knows of a program: its sockets by state, and its open files."""

from collections import Counter
from pathlib import Path

STATES = {"01": "established", "04": "fin_wait_1", "05": "fin_wait_2", "06": "time_wait", "08": "close_wait", "09": "last_ack", "0A": "listen", "0B": "closing"}


def sockets_at(port: int) -> Counter[str]:
    """The near ends of all connections to this port of the machine, by state."""
    found: Counter[str] = Counter()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            fields = line.split()
            if int(fields[1].rpartition(":")[2], 16) == port:
                found[STATES.get(fields[3], fields[3])] += 1
    return found


def open_files(pid: int) -> int:
    """How many files and sockets this process holds."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def kinds_of_files(pid: int) -> Counter[str]:
    """The same by kind: `socket`, `pipe`, `anon_inode`, or `file`."""
    kinds: Counter[str] = Counter()
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = str(entry.readlink())
        except OSError:  # closed in the meantime
            continue
        kinds["file" if target.startswith("/") else target.partition(":")[0]] += 1
    return kinds


def most_resident_bytes(pid: int) -> int:
    """The most memory that this process ever had in use at once, however short the moment was."""
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024
