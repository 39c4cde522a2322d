"""What a build costs and loses, kept beside it; several of them as a table and a plot."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import TypeAdapter, ValidationError
from rich.table import Table

from fdscs.storage.atomic import replacing, write_text
from fdscs.storage.errors import BadInput

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FILE = "accuracy.json"
FIGURES = ("epe", "d1")
MOST = 1e6  # that any figure can reach


@dataclass(frozen=True)
class Accuracy:
    """Figures of a build, by the integer reference, beside those of the float network."""

    config: str
    bit_operations_percent: float  # of the same network at 8 × 8 bits
    minutes: float | None  # from float checkpoint to build; None where a run was interrupted
    dataset: str
    pairs: list[str]
    float: dict[str, Any]  # as `fdscs.evaluation.evaluate` reports
    reference: dict[str, Any]
    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}


_ACCURACY = TypeAdapter(Accuracy)


def write_accuracy(folder: Path, accuracy: Accuracy) -> None:
    """Write accuracy.json into the folder of a build."""
    write_text(folder / FILE, json.dumps(_ACCURACY.dump_python(accuracy), indent=1) + "\n")


def read_accuracy(folder: Path) -> Accuracy:
    """Read it again; raises BadInput for anything else."""
    path = folder / FILE
    try:
        found = _ACCURACY.validate_json(path.read_bytes())
        shown = [found.bit_operations_percent, found.minutes or 0.0]
        shown += [float(each[key]) for each in (found.float, found.reference) for key in FIGURES]
        if not all(0 <= figure < MOST for figure in shown) or not found.float["epe"]:
            raise ValueError("figures out of range")
    except FileNotFoundError as error:
        raise BadInput(f"{folder}: has no {FILE}; make it with `fdscs quantise`.") from error
    except (OSError, ValidationError, KeyError, TypeError, ValueError) as error:
        raise BadInput(f"{path}: is not what `fdscs quantise` writes; run it again.") from error
    return found


def table_of(builds: Sequence[Accuracy]) -> Table:
    """One row a build, and the float network of the first."""
    table = Table("", "bit operations", "minutes", "EPE, px", "", "D1, %", "")
    base = builds[0].float
    table.add_row("float", "", "", f"{base['epe']:.3f}", "", f"{base['d1']:.2f}", "")
    for build in builds:
        epe, d1 = build.reference["epe"], build.reference["d1"]
        table.add_row(
            build.config,
            f"{build.bit_operations_percent:.1f} %",
            "resumed" if build.minutes is None else f"{build.minutes:.1f}",
            f"{epe:.3f}",
            f"{100 * (epe / build.float['epe'] - 1):+.1f} %",
            f"{d1:.2f}",
            f"{d1 - build.float['d1']:+.2f}",
        )
    return table


def read_comparable(folders: Sequence[Path]) -> list[Accuracy]:
    """What several builds were measured with; raises BadInput where it was on different pairs."""
    builds = [read_accuracy(folder) for folder in folders]
    if len({(build.dataset, *build.pairs) for build in builds}) > 1:
        raise BadInput(
            f"{folders[0]} and others were measured on different pairs; quantise them with the "
            "same --unseen."
        )
    return builds


def plot(builds: Sequence[Accuracy], path: Path) -> None:
    """D1 against bit operations as PNG."""
    figure = drawn(builds)
    with replacing(path) as temporary:
        figure.savefig(temporary, format="png", dpi=150, metadata={"Software": None})


def drawn(builds: Sequence[Accuracy]) -> "Figure":
    """D1 against bit operations, the float network as a line."""
    from matplotlib.figure import Figure  # only a plot needs it

    figure = Figure(figsize=(6, 3.6), layout="constrained")
    axes = figure.add_subplot()
    ordered = sorted(builds, key=lambda build: build.bit_operations_percent)
    x = [build.bit_operations_percent for build in ordered]
    axes.plot(x, [build.reference["d1"] for build in ordered], "o-", label="integers")
    axes.axhline(builds[0].float["d1"], color="black", linestyle="--", label="float")
    for build in ordered:
        at = (build.bit_operations_percent, build.reference["d1"])
        axes.annotate(build.config, at, textcoords="offset points", xytext=(6, 6), parse_math=False)
    axes.set_xlim(0, 1.1 * max(x))
    axes.set_ylim(0, 1.2 * max(max(build.float["d1"], build.reference["d1"]) for build in builds))
    axes.set_xlabel("bit operations, % of 8 × 8 bits")
    where = f"D1, % ({builds[0].dataset}, {len(builds[0].pairs)} pairs)"
    axes.set_ylabel(where, parse_math=False)
    axes.legend()
    return figure
