"""fdscs pack."""

from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from fdscs.export.build import file_digest
from fdscs.storage.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from fdscs.storage.errors import BadInput


def pack(
    checkpoint: Annotated[
        list[Path],
        typer.Option(help="Float checkpoint, unfolded or not; several folded ones for their mean."),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="The same, to write.")],
    note: Annotated[
        str | None, typer.Option(help="Goes into the file's provenance: time, machine, licence …")
    ] = None,
) -> None:
    """Store a float checkpoint with weights in half precision, at half its size.

    fdscs pack --checkpoint float.safetensors -o lite.safetensors --note "1 h on one core"

    Of several, one trained on from the other, the mean is often better than any (Wortsman et al.
    2022, "Model soups").
    """
    found, values = _mean(checkpoint)
    with np.errstate(over="ignore"):
        packed = {
            name: array.astype(np.float16) if array.ndim > 1 else array  # biases, statistics
            for name, array in values.items()
        }
    for name, array in packed.items():
        if not np.isfinite(array).all():
            raise BadInput(
                f"{checkpoint[0]}: {name} does not fit half precision; keep it as it is."
            )
    digests = [file_digest(each) for each in checkpoint]
    digest = digests if len(digests) > 1 else digests[0]
    provenance = {**(found.header.get("provenance") or {}), "float_sha256": digest}
    if note:
        provenance["note"] = note
    save_checkpoint(output, found.kind, packed, {**found.header, "provenance": provenance})
    count = sum(each.size for each in packed.values())
    print(f"{output}: {count:,} values, {output.stat().st_size:,} bytes")


def _mean(paths: list[Path]) -> tuple[Checkpoint, dict[str, NDArray[Any]]]:
    """The first of some checkpoints of one network, and the mean of the tensors of all."""
    from fdscs.model.float_checkpoint import FLOAT, UNFOLDED, load_trainable

    for path in paths:
        load_trainable(path)  # refuses what is no complete network
    kinds = [FLOAT] if len(paths) > 1 else [FLOAT, UNFOLDED]  # no mean of batch norms' statistics
    first, *others = (load_checkpoint(path, *kinds) for path in paths)
    means = dict(first.tensors)
    for path, other in zip(paths[1:], others, strict=True):
        shapes = {name: array.shape for name, array in other.tensors.items()}
        if shapes != {name: array.shape for name, array in first.tensors.items()}:
            raise BadInput(f"{path}: is not the same network as {paths[0]}; average alike ones.")
    if others:
        for name in means:
            every = [each.tensors[name].astype(np.float32) for each in (first, *others)]
            means[name] = np.mean(every, axis=0)
    return first, means
