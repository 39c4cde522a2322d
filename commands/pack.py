"""fdscs pack."""

from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from export.build import file_digest
from model.checkpoint import FLOAT, load_float
from storage.checkpoint import load_checkpoint, save_checkpoint
from storage.errors import BadInput


def pack(
    checkpoint: Annotated[Path, typer.Option(help="Float checkpoint.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Float checkpoint to write.")],
    note: Annotated[
        str | None, typer.Option(help="Goes into the file's provenance: time, machine, licence …")
    ] = None,
) -> None:
    """Store a float checkpoint in half precision, at half its size.

    fdscs pack --checkpoint float.safetensors -o lite.safetensors --note "1 h on one core"
    """
    load_float(checkpoint)  # refuses what is no complete network
    found = load_checkpoint(checkpoint, FLOAT)
    with np.errstate(over="ignore"):
        halves = {name: array.astype(np.float16) for name, array in found.tensors.items()}
    for name, array in halves.items():
        if not np.isfinite(array).all():
            raise BadInput(f"{checkpoint}: {name} does not fit half precision; keep it as it is.")
    provenance = {**(found.header.get("provenance") or {}), "float_sha256": file_digest(checkpoint)}
    if note:
        provenance["note"] = note
    header = {**found.header, "provenance": provenance}
    save_checkpoint(output, FLOAT, halves, header)
    parameters = sum(each.size for each in halves.values())
    print(f"{output}: {parameters:,} parameters, {output.stat().st_size:,} bytes")
