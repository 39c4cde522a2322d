"""The table of sensitivities: table, and their CSV file."""

import csv
import io
import math
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path

from fdscs.model.bit_operations import reads
from fdscs.model.graph import Graph
from fdscs.storage.atomic import write_text
from fdscs.storage.errors import BadInput

WEIGHTS, ACTIVATIONS = "weights", "activations"
WIDTHS = (3, 4, 5, 6, 7, 8, 10, 12)
USUAL = 8  # bits of the activations beside which weights are measured
SIZE = (375, 1242)  # table, columns of the images that multiply-accumulates are counted for


@dataclass(frozen=True)
class Measurement:
    """The error of the half-resolution disparity when one tensor alone is quantised."""

    layer: str  # convolution: its weights, or its requantised output
    kind: str  # WEIGHTS or ACTIVATIONS
    bits: int
    macs_percent: float  # multiply-accumulates that read the tensor, in % of the network's
    mean_px: float  # mean |error|
    mean_square_px2: float
    over_1px_percent: float  # of the pixels
    shift: int = 0  # of weights: the layer's least, with USUAL bits in and out, saturating none


def readers(graph: Graph) -> dict[tuple[str, str], float]:
    """Share of the multiply-accumulates that read a tensor, %, by layer and kind."""
    share: dict[tuple[str, str], float] = {}
    for (conv, source), percent in reads(graph, *SIZE).items():
        made = graph.layer_of(source)
        for tensor in ((conv, WEIGHTS), (made, ACTIVATIONS)):
            share[tensor] = share.get(tensor, 0.0) + percent
    return share


def write_table(path: Path, table: Iterable[Measurement]) -> None:
    """Write measurements as CSV, numbers with six digits: the same give the same bytes."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(field.name for field in fields(Measurement))
    for each in table:
        values = (getattr(each, field.name) for field in fields(Measurement))
        writer.writerow(f"{x:.6g}" if isinstance(x, float) else x for x in values)
    write_text(path, text.getvalue())


def read_table(path: Path) -> list[Measurement]:
    """The measurements of a file that `write_table` wrote; raises BadInput for anything else."""
    names = [field.name for field in fields(Measurement)]
    try:
        with path.open(encoding="utf-8", newline="") as file:
            header, *lines = csv.reader(file)
        if header != names:
            raise ValueError(f"its columns are {', '.join(header)}")
        table = [_measurement(*line) for line in lines]
        _check_widths(table)
    except (OSError, ValueError, TypeError, csv.Error) as error:
        reason = " ".join(str(error).split())[:200]  # a quoted cell may hold lines
        raise BadInput(
            f"{path}: not a table of sensitivities ({reason}); make one with `fdscs sensitivity`."
        ) from error
    return table


def _measurement(layer: str, kind: str, bits: str, *figures: str) -> Measurement:
    *errors_and_share, shift = figures
    rest = (float(each) for each in errors_and_share)
    made = Measurement(layer, kind, int(bits), *rest, int(shift))
    errors = (made.mean_px, made.mean_square_px2, made.over_1px_percent)
    if not 2 <= made.bits <= 16 or not all(0 <= each < math.inf for each in errors):
        raise ValueError(f"{layer}, {kind}, {bits} bits: widths are 2 to 16, errors 0 or more")
    return made


def _check_widths(table: list[Measurement]) -> None:
    measured: dict[tuple[str, str], set[int]] = {}
    for each in table:
        measured.setdefault((each.layer, each.kind), set()).add(each.bits)
    for (layer, kind), widths in measured.items():
        if widths != {each.bits for each in table}:
            raise ValueError(f"{layer}, {kind}: not every width is there")
