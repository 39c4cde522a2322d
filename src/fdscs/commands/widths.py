"""fdscs sensitivity, fdscs search."""

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from fdscs.calibration import SENSITIVITY_PAIRS as PAIRS
from fdscs.calibration.sensitivity_table import (
    ACTIVATIONS,
    WEIGHTS,
    WIDTHS,
    Measurement,
    read_table,
    write_table,
)
from fdscs.commands.options import DatasetOption, LimitOption, ListOption, RootOption, chosen_pairs
from fdscs.commands.output import show
from fdscs.model.config import PRESETS, Config, Precision
from fdscs.model.config_file import config_to
from fdscs.model.fdscs import build_graph
from fdscs.model.graph import Conv2d
from fdscs.storage.atomic import write_text
from fdscs.storage.progress import stage, track

if TYPE_CHECKING:
    from fdscs.calibration.search import Found

SHOWN = 12  # lines of the printed ranking


def sensitivity(
    checkpoint: Annotated[Path, typer.Option(help="Float checkpoint.")],
    dataset: DatasetOption,
    output: Annotated[Path, typer.Option("-o", "--output", help="CSV table to write.")],
    root: RootOption = None,
    ids: ListOption = None,
    limit: LimitOption = None,
    pairs: Annotated[int, typer.Option(min=1, help="How many pairs to measure on.")] = PAIRS,
) -> None:
    """What each layer's weights and activations cost at 3 to 12 bits, one tensor at a time.

    fdscs sensitivity --checkpoint float.safetensors --dataset kitti2015 --root KITTI -o s.csv

    Ground truth is not used: the error is the distance from the float network's disparity.
    """
    from fdscs.calibration.sensitivity import sensitivity as measure_sensitivity
    from fdscs.model.float_checkpoint import load_float

    net, _ = load_float(checkpoint)
    data = chosen_pairs(dataset.value, root, ids, limit)
    count = (2 * len(net.convs) - 1) * len(WIDTHS)
    measuring = measure_sensitivity(net, data, pairs)
    measured = list(track(measuring, "measuring one tensor after another", count))
    write_table(output, measured)
    print_ranking(measured)
    used = min(pairs, len(data))
    print(f"{output}: {len(measured)} measurements, {len(WIDTHS)} widths, {used} pairs")


def search(
    table: Annotated[Path, typer.Option(help="Table made by `fdscs sensitivity`.")],
    checkpoint: Annotated[Path, typer.Option(help="Float checkpoint that it was made from.")],
    budget: Annotated[float, typer.Option(min=1, help="Bit operations, % of 8 x 8 bits.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="TOML configuration to write.")],
) -> None:
    """Widths of weights and activations that lose least within a budget of bit operations.

    fdscs search --table s.csv --checkpoint float.safetensors --budget 45 -o found.toml

    Calibrate with `--config found.toml` afterwards.
    """
    from fdscs.calibration.search import search as search_widths
    from fdscs.model.float_checkpoint import load_float

    net, config = load_float(checkpoint)
    measured = read_table(table)
    with stage(f"searching widths within {budget:g} %"):
        found = search_widths(net.architecture, config.precision, measured, budget)
    write_text(output, to_toml(config, found.precision, found.percent))
    print_widths(config, found)
    print(f"{output}: {found.percent:.1f} % of the bit operations at 8 x 8 bits")


def print_ranking(measured: list[Measurement]) -> None:
    """The tensors that need most bits, with their errors at each width."""
    widths = sorted({row.bits for row in measured})
    errors = {(row.layer, row.kind, row.bits): row.mean_px for row in measured}
    tensors = dict.fromkeys((row.layer, row.kind) for row in measured)
    middle = widths[len(widths) // 2]
    table = Table("layer", "", *(f"{bits} bits" for bits in widths), title="mean error, px")
    for tensor in sorted(tensors, key=lambda each: -errors[*each, middle])[:SHOWN]:
        table.add_row(*tensor, *(f"{errors[*tensor, bits]:.3f}" for bits in widths))
    show(table)


def print_widths(config: Config, found: "Found") -> None:
    """Bits of each layer's weights and output."""
    graph = build_graph(config.architecture, found.precision)
    table = Table("layer", WEIGHTS, ACTIVATIONS)
    for conv in graph.of_type(Conv2d):
        table.add_row(conv.name, str(conv.weight_bits), str(graph.relu_of(conv.name).format.bits))
    show(table)


def to_toml(config: Config, precision: Precision, percent: float) -> str:
    """A configuration that `--config` reads: the network of `config` with other widths."""
    plain = config_to(replace(config, precision=precision))
    del plain["data"]  # widths are for any pairs
    lines = [f"# {percent:.2f} % of the bit operations at 8 x 8 bits"]
    presets = [name for name, each in PRESETS.items() if each.architecture == config.architecture]
    if presets:
        lines += [f'preset = "{presets[0]}"']
        plain = {"precision": plain["precision"]}
    for section, values in plain.items():
        lines += ["", f"[{section}]"]
        lines += [f"{key} = {_toml(value)}" for key, value in values.items() if value is not None]
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(each)}" for key, each in value.items()) + " }"
    return json.dumps(value)  # numbers, strings, booleans and lists are written alike
