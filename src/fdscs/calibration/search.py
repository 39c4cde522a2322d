"""Which widths: the least predicted error within a budget of bit operations.

Errors of single tensors are taken for independent: squares of their mean errors add. (Mean squares
hang on few pixels, and predict less well.) Widths start as large as they were measured; step by
step the one is lowered that saves most bit operations for the error it adds. What the last step
saved too much is given back where it helps most.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import mode

from fdscs.calibration.sensitivity_table import ACTIVATIONS, SIZE, USUAL, WEIGHTS, Measurement
from fdscs.model.bit_operations import REFERENCE_BITS, reads
from fdscs.model.config import Architecture, Precision
from fdscs.model.fdscs import build_graph
from fdscs.model.graph import Conv2d, Graph
from fdscs.storage.errors import BadInput


@dataclass(frozen=True)
class Knob:
    """What is given one width: a convolution's weights, or activations that share a step."""

    kind: str
    layers: tuple[str, ...]


Widths = dict[Knob, int]
Errors = Mapping[Knob, Mapping[int, float]]  # by width, never falling as the width does


@dataclass(frozen=True)
class Found:
    """An assignment of widths."""

    precision: Precision
    percent: float  # bit operations, as `fdscs.model.bit_operations` counts them
    predicted: float  # sum of squared mean errors, px²


def search(
    architecture: Architecture, precision: Precision, table: Sequence[Measurement], budget: float
) -> Found:
    """Widths of at most `budget` % of the bit operations at 8 × 8 bits.

    Formats that are not for choice are those of `precision`. Raises BadInput where the table is not
    this network's, or where the smallest widths measured still need more than the budget.
    """
    graph = build_graph(architecture, Precision(rgb_bits=precision.rgb_bits))
    errors = _errors(knobs(graph), table)
    cost, saturated = _Cost(graph, errors), _Saturation(graph, errors, table)
    least = cost({knob: min(levels) for knob, levels in errors.items()})
    if not least <= budget:  # not a number, too
        raise BadInput(
            f"a budget of {budget:g} % cannot be met: the smallest widths in the table need "
            f"{least:.1f} %; measure smaller ones, or give a larger budget."
        )
    widths = {knob: max(levels) for knob, levels in errors.items()}
    while cost(widths) > budget:
        moves = _moves(widths, errors, down=True)
        slope, lost = _slope(widths, errors, cost), saturated(widths)
        widths = min(moves, key=lambda moved: (max(saturated(moved) - lost, 0), slope(moved)))
    while better := [
        moved
        for moved in _moves(widths, errors, down=False)
        if cost(moved) <= budget
        and saturated(moved) <= saturated(widths)
        and _error(moved, errors) < _error(widths, errors)
    ]:
        widths = min(better, key=_slope(widths, errors, cost))
    return Found(_precision(precision, widths), cost(widths), _error(widths, errors))


def knobs(graph: Graph) -> list[Knob]:
    """Everything that is given a width: tensors with a common step have a common width."""
    convs = [conv.name for conv in graph.of_type(Conv2d)]
    tied = [sorted(group) for group in graph.step_groups() if "rgb" not in group]
    groups = [tuple(graph.layer_of(name) for name in group) for group in tied]
    alone = [(name,) for name in convs if name != "out" and not any(name in g for g in groups)]
    weights = [Knob(WEIGHTS, (name,)) for name in convs]
    return weights + [Knob(ACTIVATIONS, layers) for layers in sorted(groups + alone)]


def _errors(every: Sequence[Knob], table: Sequence[Measurement]) -> Errors:
    """Squared errors by knob and width; fewer bits never count as better than more."""
    measured: dict[tuple[str, str], dict[int, float]] = {}
    for each in table:
        measured.setdefault((each.layer, each.kind), {})[each.bits] = each.mean_px**2
    _check(every, measured)
    errors = {}
    for knob in every:
        tables = [measured[layer, knob.kind] for layer in knob.layers]
        worst, levels = 0.0, {}
        for bits in sorted(tables[0], reverse=True):
            levels[bits] = worst = max(worst, sum(each[bits] for each in tables))
        errors[knob] = levels
    return errors


def _check(every: Sequence[Knob], measured: Mapping[tuple[str, str], Mapping[int, float]]) -> None:
    """Raise BadInput unless `measured` holds just the tensors of `every`."""
    wanted = {(layer, knob.kind) for knob in every for layer in knob.layers}
    different = sorted(wanted ^ measured.keys())
    if different:
        layer, kind = different[0]
        where = "network" if different[0] in wanted else "table"
        raise BadInput(
            f"the table of sensitivities is not this network's: only the {where} has {kind} of "
            f"{layer}; measure this network with `fdscs sensitivity`."
        )


class _Cost:
    """Bit operations of widths, %, as `fdscs.model.bit_operations`, without building a graph."""

    def __init__(self, graph: Graph, every: Iterable[Knob]) -> None:
        self.graph = graph
        self.reads = reads(graph, *SIZE)
        self.knobs = {(layer, knob.kind): knob for knob in every for layer in knob.layers}

    def __call__(self, widths: Widths) -> float:
        total = 0.0
        for (conv, source), percent in self.reads.items():
            knob = self.knobs.get((self.graph.layer_of(source), ACTIVATIONS))
            bits = widths[knob] if knob else self.graph.format_of(source).bits
            total += percent * widths[self.knobs[conv, WEIGHTS]] * bits
        return total / REFERENCE_BITS


class _Saturation:
    """Bits that weights lose to saturation, summed over layers.

    A requantisation shifts right, so an accumulator's step is at most that of the output: where the
    output has many bits, and weights and inputs few, the largest weights do not fit.
    """

    def __init__(self, graph: Graph, every: Iterable[Knob], table: Sequence[Measurement]) -> None:
        self.graph = graph
        self.knobs = {(layer, knob.kind): knob for knob in every for layer in knob.layers}
        self.shifts = {(m.layer, m.bits): m.shift for m in table if m.kind == WEIGHTS}

    def __call__(self, widths: Widths) -> int:
        total = 0
        for conv in self.graph.of_type(Conv2d):
            sources = self.graph.sources_of(conv.inputs[0])
            more_in = min(self._more(widths, self.graph.layer_of(name)) for name in sources)
            shift = self.shifts[conv.name, widths[self.knobs[conv.name, WEIGHTS]]]
            total += max(0, self._more(widths, conv.name) - more_in - shift)
        return total

    def _more(self, widths: Widths, layer: str) -> int:
        """Bits of the tensor beyond those that the shifts were measured with."""
        knob = self.knobs.get((layer, ACTIVATIONS))
        return widths[knob] - USUAL if knob else 0


def _precision(base: Precision, widths: Widths) -> Precision:
    """`base` with `widths`; the most frequent are the defaults, so that the tables are short."""
    chosen: dict[str, dict[str, int]] = {WEIGHTS: {}, ACTIVATIONS: {}}
    for knob, bits in widths.items():
        chosen[knob.kind] |= dict.fromkeys(knob.layers, bits)
    weights, activations = chosen[WEIGHTS], chosen[ACTIVATIONS]
    usual_weight, usual_activation = mode(weights.values()), mode(activations.values())
    return replace(
        base,
        weight_bits=usual_weight,
        activation_bits=usual_activation,
        weights={name: bits for name, bits in weights.items() if bits != usual_weight},
        activations={name: bits for name, bits in activations.items() if bits != usual_activation},
    )


def _moves(widths: Widths, errors: Errors, down: bool) -> list[Widths]:
    """`widths` with each knob in turn at the next measured width."""
    moves = []
    for knob, bits in widths.items():
        further = [each for each in errors[knob] if each != bits and (each < bits) == down]
        if further:
            moves.append({**widths, knob: max(further) if down else min(further)})
    return moves


def _slope(
    widths: Widths, errors: Errors, cost: Callable[[Widths], float]
) -> Callable[[Widths], float]:
    """How much error a move adds for the bit operations that it saves or spends."""
    error, spent = _error(widths, errors), cost(widths)
    return lambda moved: (_error(moved, errors) - error) / abs(cost(moved) - spent)


def _error(widths: Widths, errors: Errors) -> float:
    return sum(errors[knob][bits] for knob, bits in widths.items())
