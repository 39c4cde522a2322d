"""From a rate and a board to a design: folding, depths, timing, resources."""

from collections.abc import Mapping
from dataclasses import dataclass

from hardware.boards import BOARDS, Board
from hardware.dataflow import Dataflow, Folding, build_dataflow
from hardware.folding import fold
from hardware.resources import Row, Usage, rows, total
from hardware.timing import Timing, time_frame, with_safe_depths
from model import graph as g
from storage.errors import BadInput

STEPS = 12  # of the bisection for the highest rate: to a part in four thousand


@dataclass(frozen=True)
class Target:
    """What a design is for. `clock` in MHz; images of `size` (rows, columns)."""

    board: Board
    clock: float
    size: tuple[int, int]
    max_columns: int
    folding: Mapping[str, Folding]  # of layers where it is given

    def cycles(self, fps: float) -> int:
        """Clock cycles a frame."""
        return int(self.clock * 1e6 / fps)


@dataclass(frozen=True)
class Design:
    """A dataflow and what it takes."""

    target: Target
    flow: Dataflow
    timing: Timing
    table: list[Row]

    @property
    def fps(self) -> float:
        """Frames a second at the target's clock."""
        return self.target.clock * 1e6 / self.timing.interval

    @property
    def usage(self) -> Usage:
        """Resources in all."""
        return total(self.table)

    @property
    def bottleneck(self) -> Row:
        """The slowest process."""
        return max(self.table, key=lambda row: row.cycles)


def target_for(
    board: str,
    clock: float,
    size: tuple[int, int],
    max_columns: int | None = None,
    folding: Mapping[str, Folding] | None = None,
) -> Target:
    """A target; raises BadInput for an unknown board."""
    if board not in BOARDS:
        raise BadInput(f"--board {board}: choose from {', '.join(BOARDS)}.")
    columns = size[1] if max_columns is None else max_columns
    if columns < size[1]:
        raise BadInput(f"--max-columns {columns}: images of --size are {size[1]} columns wide.")
    return Target(BOARDS[board], clock, size, columns, folding or {})


def design(graph: g.Graph, target: Target, fps: float) -> Design:
    """The cheapest design that reaches `fps`, whether it fits the board or not.

    Raises BadInput if no parallelism reaches it.
    """
    wanted = target.cycles(fps)
    budget = wanted
    while True:
        found = _designed(graph, target, budget)
        excess = found.timing.interval - wanted
        if excess <= 0:
            return found
        if found.timing.interval >= _fastest(graph, target).timing.interval:
            slow = found.bottleneck.name
            raise BadInput(
                f"{fps:g} frames/s is out of reach: {slow} takes {found.timing.interval:,} cycles "
                f"a frame at most parallelism, {found.fps:.1f} frames/s at {target.clock:g} MHz."
            )
        budget -= excess  # filling line buffers comes on top of a layer's own cycles


def fastest_fitting(graph: g.Graph, target: Target, limit: float) -> Design:
    """The fastest design within the share `limit` of every resource of the board.

    Raises BadInput if none fits.
    """
    low, high = _fastest(graph, target).timing.interval, _slowest_cycles(graph, target)
    best = _designed(graph, target, high)
    if not best.usage.fits(target.board, limit):
        shares = best.usage.shares(target.board)
        what = max(shares, key=lambda name: shares[name])
        raise BadInput(
            f"{target.board.name} does not hold this network at any rate: {what} "
            f"{100 * shares[what]:.0f} % of what there is, at {best.fps:.2f} frames/s."
        )
    for _ in range(STEPS):
        middle = int((low * high) ** 0.5)
        found = _designed(graph, target, middle)
        if found.usage.fits(target.board, limit):
            best, high = found, middle
        else:
            low = middle
    return best


def _designed(graph: g.Graph, target: Target, cycles: int) -> Design:
    folding = {**fold(graph, *target.size, cycles), **target.folding}
    flow = build_dataflow(graph, folding, target.max_columns)
    flow = with_safe_depths(flow, uram=target.board.urams > 0)
    timing = time_frame(flow, *target.size)
    return Design(target, flow, timing, rows(flow, timing))


def _fastest(graph: g.Graph, target: Target) -> Design:
    """All channels at once, in every layer."""
    return _designed(graph, target, 1)


def _slowest_cycles(graph: g.Graph, target: Target) -> int:
    """Cycles a frame of the largest layer with one multiplication at a time."""
    return max(graph.macs(*target.size).values())
