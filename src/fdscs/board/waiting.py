"""Waiting for hardware, for so long and no longer."""

import time
from collections.abc import Callable

PAUSE = 1e-4  # seconds between two questions: a hundredth of a frame


def until(done: Callable[[], bool], deadline: float) -> bool:
    """Whether `done()` is true before `deadline`, of `time.monotonic`, or at it."""
    while not done():
        if time.monotonic() >= deadline:
            return done()  # this thread may have slept over it
        time.sleep(PAUSE)
    return True
