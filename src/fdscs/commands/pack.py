"""fdscs pack."""

from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from fdscs.export.build import file_digest
from fdscs.storage.checkpoint import load_checkpoint, save_checkpoint
from fdscs.storage.errors import BadInput


def pack(
    checkpoint: Annotated[Path, typer.Option(help="Float checkpoint, unfolded or not.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The same, to write.")],
    note: Annotated[
        str | None, typer.Option(help="Goes into the file's provenance: time, machine, licence …")
    ] = None,
) -> None:
    """Store a float checkpoint with weights in half precision, at half its size.

    fdscs pack --checkpoint float.safetensors -o lite.safetensors --note "1 h on one core"
    """
    from fdscs.model.float_checkpoint import FLOAT, UNFOLDED, load_trainable

    load_trainable(checkpoint)  # refuses what is no complete network
    found = load_checkpoint(checkpoint, FLOAT, UNFOLDED)
    with np.errstate(over="ignore"):
        packed = {
            name: array.astype(np.float16) if array.ndim > 1 else array  # biases, statistics
            for name, array in found.tensors.items()
        }
    for name, array in packed.items():
        if not np.isfinite(array).all():
            raise BadInput(f"{checkpoint}: {name} does not fit half precision; keep it as it is.")
    provenance = {**(found.header.get("provenance") or {}), "float_sha256": file_digest(checkpoint)}
    if note:
        provenance["note"] = note
    save_checkpoint(output, found.kind, packed, {**found.header, "provenance": provenance})
    values = sum(each.size for each in packed.values())
    print(f"{output}: {values:,} values, {output.stat().st_size:,} bytes")
