"""Python's collector of circles, set for a process that holds thousands of sockets for days.

A full collection looks at every object while everybody waits: half a second with five thousand sockets. What a node is made of is there until its end,
and is taken out of that once; what belongs to a socket goes with it (`gateway.wire`) and leaves little to find.
"""

import gc

YOUNG = 10_000  # objects made and not gone again, before the newest are looked through: half a millisecond; what a busy second makes is mostly gone by then
YOUNG_ROUNDS = 5  # of these before what is left of them is looked through once more: a few milliseconds
FULL_ROUNDS = 20  # of these before everything is, at the earliest: a million objects, of which circles that have grown old are 100 MB at the worst


def settle() -> None:
    """Once, when everything is loaded and before anybody comes."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, YOUNG_ROUNDS, FULL_ROUNDS)
