"""What each memory is made of, so that a board holds them all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fdscs.hardware.usage import Usage

ROUNDS = 60
HASTE = 0.5  # how far prices follow what is scarce, in each round


@dataclass(frozen=True)
class Memory:
    """The memory of a layer, with what it takes in each of the styles that it can have."""

    layer: str
    what: str
    styles: Mapping[str, Usage]


def choose_styles(
    memories: Sequence[Memory], rest: Usage, available: Usage
) -> tuple[dict[str, str], Usage]:
    """A style for the memory of each layer, and what all and `rest` take.

    Every memory takes what is cheapest at prices that rise with scarcity, round after round. From
    the round whose scarcest resource is the least scarce, single changes follow while one helps.
    """
    prices = dict.fromkeys(rest.shares(available), 1.0)
    rounds = []
    for _ in range(ROUNDS):
        styles = {each.layer: _cheapest(each, prices, available) for each in memories}
        shares = _total(memories, styles, rest).shares(available)
        rounds.append((max(shares.values()), styles))
        prices = {name: prices[name] * max(shares[name], 0.01) ** HASTE for name in prices}
    _, styles = min(rounds, key=lambda each: each[0])
    while (better := _changed(memories, styles, rest, available)) != styles:
        styles = better
    return styles, _total(memories, styles, rest)


def _changed(
    memories: Sequence[Memory], styles: dict[str, str], rest: Usage, available: Usage
) -> dict[str, str]:
    """`styles` with the one change after which the scarcest resources are least scarce, if any."""
    candidates = [styles]
    for memory in memories:
        candidates += [{**styles, memory.layer: style} for style in memory.styles]

    def scarcity(candidate: dict[str, str]) -> list[float]:
        shares = _total(memories, candidate, rest).shares(available)
        return sorted(shares.values(), reverse=True)

    return min(candidates, key=scarcity)


def _total(memories: Sequence[Memory], styles: Mapping[str, str], rest: Usage) -> Usage:
    return sum((each.styles[styles[each.layer]] for each in memories), rest)


def _cheapest(memory: Memory, prices: Mapping[str, float], available: Usage) -> str:
    def cost(style: str) -> float:
        shares = memory.styles[style].shares(available)
        return sum(prices[name] * share for name, share in shares.items() if share)

    return min(memory.styles, key=cost)
