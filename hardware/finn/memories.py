"""What each memory is made of, so that a board holds them all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

ROUNDS = 60
HASTE = 0.5  # how far prices follow what is scarce, in each round


@dataclass(frozen=True)
class Usage:
    """LUTs, DSP slices, block RAMs of 18 Kbit, UltraRAMs."""

    luts: float = 0
    dsps: int = 0
    bram18s: float = 0
    urams: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.luts + other.luts,
            self.dsps + other.dsps,
            self.bram18s + other.bram18s,
            self.urams + other.urams,
        )

    def shares(self, available: "Usage") -> dict[str, float]:
        """Share of each resource of `available`; infinite where there is none."""
        pairs = {
            "LUT": (self.luts, available.luts),
            "DSP": (self.dsps, available.dsps),
            "BRAM": (self.bram18s, available.bram18s),
            "URAM": (self.urams, available.urams),
        }
        return {
            name: used / there if there else (float("inf") if used else 0.0)
            for name, (used, there) in pairs.items()
        }


@dataclass(frozen=True)
class Memory:
    """Of a layer, with what it takes in each of the styles that it can have."""

    layer: str
    what: str
    styles: Mapping[str, Usage]


def choose_styles(
    memories: Sequence[Memory], rest: Usage, available: Usage
) -> tuple[dict[str, str], Usage]:
    """A style for the memory of each layer, and what all and `rest` take.

    Every memory takes what is cheapest at prices that rise with scarcity, round after round; of all
    rounds the one counts whose scarcest resource is the least scarce.
    """
    prices = dict.fromkeys(rest.shares(available), 1.0)
    best: tuple[float, dict[str, str], Usage] | None = None
    for _ in range(ROUNDS):
        styles = {each.layer: _cheapest(each, prices, available) for each in memories}
        total = sum((each.styles[styles[each.layer]] for each in memories), rest)
        shares = total.shares(available)
        if best is None or max(shares.values()) < best[0]:
            best = max(shares.values()), styles, total
        prices = {name: prices[name] * max(shares[name], 0.01) ** HASTE for name in prices}
    assert best is not None
    return best[1], best[2]


def _cheapest(memory: Memory, prices: Mapping[str, float], available: Usage) -> str:
    def cost(style: str) -> float:
        shares = memory.styles[style].shares(available)
        return sum(prices[name] * share for name, share in shares.items() if share)

    return min(memory.styles, key=cost)
