"""From a rate and a board to a design: folding, depths, timing, resources."""

from collections.abc import Mapping
from dataclasses import dataclass

from fdscs.hardware.boards import BOARDS, Board
from fdscs.hardware.builder import build_dataflow
from fdscs.hardware.dataflow import Dataflow, Folding
from fdscs.hardware.external import with_external
from fdscs.hardware.folding import fold
from fdscs.hardware.placement import with_ultra_ram
from fdscs.hardware.resources import ProcessCost, process_costs, total
from fdscs.hardware.timing import Timing, time_frame, with_safe_depths
from fdscs.hardware.usage import Usage
from fdscs.model import graph as g
from fdscs.model.images import DEFAULT_SIZE
from fdscs.storage.errors import BadInput

CYCLES = 8_000_000  # a frame of DEFAULT_SIZE, for a design that no board is named for
WIDEST = 2048  # columns of an image, for such a design
COARSE, STEPS = 1.3, 6  # search for the highest rate: factor of the first steps, then halvings


@dataclass(frozen=True)
class Target:
    """What a design is for: a share `limit` of a board's resources, `clock` in MHz, images of
    `size` (rows, columns) and up to `max_columns` wide."""

    board: Board
    clock: float
    size: tuple[int, int]
    max_columns: int
    limit: float
    folding: Mapping[str, Folding]  # of layers where it is given
    external: bool = False  # whether the deepest FIFOs lie in external memory

    def cycles(self, fps: float) -> int:
        """Clock cycles a frame."""
        return int(self.clock * 1e6 / fps)


@dataclass(frozen=True)
class Design:
    """A dataflow and what it takes."""

    target: Target
    flow: Dataflow
    timing: Timing
    table: list[ProcessCost]

    @property
    def fps(self) -> float:
        """Frames a second at the target's clock, overlapped."""
        return self.target.clock * 1e6 / self.timing.interval

    @property
    def fps_alone(self) -> float:
        """Frames a second where each begins when the one before has left."""
        return self.target.clock * 1e6 / self.timing.end

    @property
    def usage(self) -> Usage:
        """Resources in all."""
        return total(self.table)

    @property
    def shares(self) -> dict[str, float]:
        """Share of each resource of the board; LUTs and flip-flops as `hardware.logic` has them."""
        return self.usage.shares(self.target.board.whole)

    @property
    def fits(self) -> bool:
        """Whether the board holds it, within the target's share."""
        return self.largest_share <= self.target.limit

    @property
    def largest_share(self) -> float:
        """Share of the resource that is scarcest."""
        return max(self.shares.values())

    @property
    def taken(self) -> str:
        """What it takes of its board, in words."""
        return ", ".join(f"{name} {100 * share:.0f} %" for name, share in self.shares.items())

    @property
    def bottleneck(self) -> ProcessCost:
        """The slowest process."""
        return max(self.table, key=lambda row: row.cycles)


def target_for(
    board: str | Board,
    clock: float,
    size: tuple[int, int],
    max_columns: int | None = None,
    limit: float = 0.8,
    folding: Mapping[str, Folding] | None = None,
    external: bool = False,
) -> Target:
    """A target; a board by name or as it is. Raises BadInput for an unknown one."""
    if isinstance(board, str):
        if board not in BOARDS:
            raise BadInput(f"--board {board}: choose from {', '.join(BOARDS)}.")
        board = BOARDS[board]
    columns = size[1] if max_columns is None else max_columns
    if columns < size[1]:
        raise BadInput(
            f"--max-columns {columns}: images of --size are {size[1]} columns wide; give as many."
        )
    return Target(board, clock, size, columns, limit, folding or {}, external)


def default_flow(graph: g.Graph) -> Dataflow:
    """A design for no board in particular: any image of up to WIDEST columns."""
    return with_safe_depths(build_dataflow(graph, fold(graph, *DEFAULT_SIZE, CYCLES), WIDEST))


def design(graph: g.Graph, target: Target, fps: float) -> Design:
    """The cheapest design that reaches `fps`, whether it fits the board or not.

    Raises BadInput if no parallelism reaches it.
    """
    wanted = target.cycles(fps)
    budget = wanted
    while (found := _designed(graph, target, budget)).timing.interval > wanted:
        if budget == wanted:
            _check_reach(_fastest(graph, target), fps)
        # Filling line buffers comes on top of a layer's own cycles.
        budget = max(1, budget - (found.timing.interval - wanted))
    return found


def _check_reach(fastest: Design, fps: float) -> None:
    """Raise BadInput if `fps` is more than the fastest design reaches."""
    interval, clock = fastest.timing.interval, fastest.target.clock
    if interval > fastest.target.cycles(fps):
        raise BadInput(
            f"{fps:g} frames/s is out of reach: {fastest.bottleneck.name} takes {interval:,} "
            f"cycles a frame at most parallelism, {fastest.fps:.1f} frames/s at {clock:g} MHz; "
            "ask for less."
        )


def fastest_fitting(graph: g.Graph, target: Target) -> Design:
    """The fastest design within the target's share of every resource of its board.

    Raises BadInput if none fits.
    """
    fastest = _fastest(graph, target).timing.interval
    cycles, too_fast = float(fastest), 0.0
    least: Design | None = None
    while not (best := _designed(graph, target, int(cycles))).fits:
        if least is None or best.largest_share < least.largest_share:
            least = best
        if cycles > _slowest_cycles(graph, target):
            raise BadInput(
                f"{target.board.name} does not hold this network; it comes nearest with "
                f"{least.taken} at {least.fps:.1f} frames/s; choose a larger board."
            )
        too_fast, cycles = cycles, COARSE * cycles
    for _ in range(STEPS if too_fast else 0):
        middle = (too_fast * cycles) ** 0.5
        found = _designed(graph, target, int(middle))
        if found.fits:
            best, cycles = found, middle
        else:
            too_fast = middle
    return best


def _designed(graph: g.Graph, target: Target, cycles: int) -> Design:
    fabric = target.board.fabric
    folding = {**fold(graph, *target.size, cycles, fabric), **target.folding}
    flow = build_dataflow(graph, folding, target.max_columns, fabric)
    flow = with_safe_depths(flow)
    if target.external:
        flow = with_external(flow)
    flow = with_ultra_ram(flow, int(target.limit * target.board.urams))
    timing = time_frame(flow, *target.size)
    return Design(target, flow, timing, process_costs(flow, timing))


def _fastest(graph: g.Graph, target: Target) -> Design:
    """All channels at once, in every layer."""
    return _designed(graph, target, 1)


def _slowest_cycles(graph: g.Graph, target: Target) -> int:
    """Cycles a frame of the largest layer with one multiplication at a time."""
    return max(graph.macs(*target.size).values())
