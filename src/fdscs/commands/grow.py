"""fdscs grow."""

from pathlib import Path
from typing import Annotated

import typer

from fdscs.commands.options import ConfigOption
from fdscs.export.build import file_digest
from fdscs.model.config_file import read_config
from fdscs.storage.checkpoint import load_checkpoint
from fdscs.storage.errors import BadInput


def grow(
    checkpoint: Annotated[Path, typer.Option(help="Float checkpoint of a smaller network.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Float checkpoint to write.")],
    config: ConfigOption = None,
) -> None:
    """A larger network that computes the same as a trained one, to train on from there.

    fdscs grow --checkpoint lite.safetensors --config paper-grown -o grown.safetensors

    New channels are random numbers of the configuration's seed, and nothing reads them yet.
    """
    import torch

    from fdscs.model.float_checkpoint import float_tensors, load_float, save_float
    from fdscs.model.growth import grown

    small, _ = load_float(checkpoint)
    chosen = read_config(config)
    generator = torch.Generator().manual_seed(chosen.training.seed)
    try:
        large = grown(small, chosen.architecture, generator)
    except ValueError as error:
        raise BadInput(
            f"{config or 'paper'}: {error}; give a configuration that is {checkpoint}'s or larger."
        ) from error
    tensors = float_tensors(large)
    provenance = {
        "grown_from": file_digest(checkpoint),
        "seed": chosen.training.seed,
        "before": load_checkpoint(checkpoint, "float").header.get("provenance"),
    }
    save_float(output, tensors, chosen, provenance)
    print(f"{output}: {sum(each.size for each in tensors.values()):,} parameters")
