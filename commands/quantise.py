"""fdscs quantise."""

import json
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from backends.float_network import FloatBackend
from backends.reference import ReferenceBackend
from commands.build import image_case
from commands.clean import cleaned
from commands.options import (
    DatasetsOption,
    RootsOption,
    open_datasets,
    selected,
    without,
)
from commands.train import training_data, with_precision_of
from evaluation.evaluate import evaluate
from export.build import CHECKPOINT, file_digest, read_build
from export.export import export_build
from model.bit_operations import bit_operations
from model.checkpoint import load_float
from model.images import DEFAULT_SIZE
from quantization.checkpoint import load_quantised, save_quantised
from stereo_datasets.mixed import mixed
from storage.atomic import write_text
from training.qat import QUANT_FILE, train_qat

ACCURACY = "accuracy.json"


def quantise(
    checkpoint: Annotated[Path, typer.Option(help="Float checkpoint.")],
    config: Annotated[str, typer.Option(help="Widths and training: w8, w6, w4, w4s or a file.")],
    dataset: DatasetsOption,
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder of the build.")],
    unseen: Annotated[
        str, typer.Option(help="Pairs to measure on and to keep from everything else.")
    ],
    root: RootsOption = None,
) -> None:
    """From a float checkpoint to a build whose loss is known: calibrate, train, clean, export.

    fdscs quantise --checkpoint float.safetensors --config w4 --dataset kitti2015 --root KITTI
    --unseen 000004,000014 -o build

    A run that was interrupted goes on where it stopped.
    """
    parts = open_datasets([each.value for each in dataset], root)
    held = mixed([part for part in selected(parts, unseen) if len(part)])
    net, trained = load_float(checkpoint)
    chosen = with_precision_of(trained, config)
    run, start = output / "run", time.monotonic()
    resume = (run / "training.safetensors").is_file()
    if not (run / QUANT_FILE).is_file():
        train_qat(chosen, training_data(without(parts, unseen)), run, checkpoint, resume)
    quantised, chosen, header = load_quantised(run / QUANT_FILE)
    quantised, chosen, sentence = cleaned(quantised, chosen, image_case(held[0]))
    print(sentence)
    provenance = {**(header.get("provenance") or {}), "float_sha256": file_digest(checkpoint)}
    output.mkdir(parents=True, exist_ok=True)
    save_quantised(output / CHECKPOINT, quantised, chosen, provenance)
    export_build(quantised, chosen, output / CHECKPOINT, output, held[0].size, provenance)
    minutes = (time.monotonic() - start) / 60
    build = read_build(output)
    row: dict[str, Any] = {
        "config": config,
        "bit_operations_percent": bit_operations(build.graph, *DEFAULT_SIZE),
        "minutes": None if resume else round(minutes, 2),
        "pairs": held.ids(),
        "dataset": held.name,
        "float": evaluate(FloatBackend(net), held),
        "reference": evaluate(ReferenceBackend(build.graph, build.params), held),
    }
    write_text(output / ACCURACY, json.dumps(row, indent=1) + "\n")
    print_row(row)


def print_row(row: dict[str, Any]) -> None:
    """What a configuration costs and loses."""
    exact, ours = row["float"], row["reference"]
    table = Table("", "bit operations", "time to make", "EPE", "D1", "float EPE", "float D1")
    table.add_row(
        row["config"],
        f"{row['bit_operations_percent']:.1f} %",
        "resumed" if row["minutes"] is None else f"{row['minutes']:.1f} min",
        f"{ours['epe']:.3f} px ({100 * (ours['epe'] / exact['epe'] - 1):+.1f} %)",
        f"{ours['d1']:.2f} % ({ours['d1'] - exact['d1']:+.2f})",
        f"{exact['epe']:.3f} px",
        f"{exact['d1']:.2f} %",
    )
    Console(width=110).print(table)
    print(
        f"{ours['images']} pairs of {row['dataset']} kept from calibration and training; integer "
        "reference"
    )
