"""Learning rates by step."""

import math
from collections.abc import Sequence

WARM_UP = 50  # steps


def warm_up_and_cosine(step: int, steps: int) -> float:
    """Share of the peak: linear warm-up, then cosine to zero."""
    return min(1.0, (step + 1) / WARM_UP) * 0.5 * (1 + math.cos(math.pi * step / steps))


def rate_at(rates: Sequence[tuple[int, float]], step: int) -> float:
    """The rate of the last of `rates` (from, rate) that has begun; the first begins at 0."""
    return [rate for start, rate in rates if start <= step][-1]
