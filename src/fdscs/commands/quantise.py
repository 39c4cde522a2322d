"""fdscs quantise, fdscs tabulate."""

import time
from pathlib import Path
from typing import Annotated

import typer

from fdscs.backends.reference import ReferenceBackend
from fdscs.commands.clean import cleaned
from fdscs.commands.completion import offering
from fdscs.commands.doubts import refuse_misfits, warn_of_views
from fdscs.commands.options import (
    DatasetsOption,
    RootsOption,
    TrustOption,
    open_datasets,
    selected,
    without,
)
from fdscs.commands.output import show
from fdscs.commands.protocol import warn_of_pairs
from fdscs.commands.sources import synthetic_data, training_data
from fdscs.commands.train import with_precision_of
from fdscs.evaluation.accuracy import Accuracy, plot, read_comparable, table_of, write_accuracy
from fdscs.evaluation.evaluate import evaluate
from fdscs.export.build import CHECKPOINT, file_digest, read_build
from fdscs.model.bit_operations import bit_operations
from fdscs.model.config import in_steps
from fdscs.model.config_file import names
from fdscs.model.images import DEFAULT_SIZE
from fdscs.stereo_datasets.mixed import mixed
from fdscs.storage.errors import BadInput
from fdscs.storage.progress import stage

RUN = "run"  # what training leaves, in the folder of the build


def quantise(
    checkpoint: Annotated[Path, typer.Option(help="Float checkpoint.")],
    config: Annotated[
        str,
        typer.Option(
            help="Widths and training: w8, w6, w4, w4s or a file.", autocompletion=offering(names)
        ),
    ],
    dataset: DatasetsOption,
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder of the build.")],
    unseen: Annotated[
        str, typer.Option(help="Pairs to measure on and to keep from everything else.")
    ],
    root: RootsOption = None,
    trust_truth: TrustOption = False,
) -> None:
    """From a float checkpoint to a build whose loss is known: calibrate, train, clean, export.

    fdscs quantise --checkpoint float.safetensors --config w4 --dataset kitti2015 --root KITTI
    --unseen 000004,000014 -o build

    Made-up pairs (synthetic) are as the configuration says.
    A run that was interrupted goes on where it stopped.
    """
    from fdscs.backends.float_network import FloatBackend
    from fdscs.export.exporter import export_build
    from fdscs.model.float_checkpoint import load_float
    from fdscs.quantization.quant_checkpoint import save_quantised
    from fdscs.training.qat import trained_in

    parts = open_datasets([each.value for each in dataset], root)
    held = mixed([part for part in selected(parts, unseen) if len(part)])
    for index in range(len(held)):
        if held[index].disparity is None:
            raise BadInput(
                f"{held.ids()[index]}: has no ground truth to measure the loss with; leave it out."
            )
    if not len(held):
        raise BadInput("--unseen names no pairs; give some, to measure the loss on.")
    net, trained = load_float(checkpoint)
    chosen = with_precision_of(trained, config)
    made_up = synthetic_data(chosen).train
    parts = [made_up if part.name == made_up.name else part for part in parts]
    data = training_data(without(parts, unseen), chosen.training)
    chosen = in_steps(chosen, len(data.train))
    if not trust_truth:
        refuse_misfits(chosen, data)
    warn_of_views(data.train)
    start = time.monotonic()
    anew = not (output / RUN).exists()
    quantised, provenance = trained_in(output / RUN, chosen, data, checkpoint)
    quantised, chosen, sentence = cleaned(quantised, chosen, held[0])
    print(sentence)
    provenance = {**provenance, "float_sha256": file_digest(checkpoint)}
    output.mkdir(parents=True, exist_ok=True)
    save_quantised(output / CHECKPOINT, quantised, chosen, provenance)
    with stage("freezing and exporting"):
        export_build(quantised, chosen, output / CHECKPOINT, output, held[0].size, provenance)
    minutes = (time.monotonic() - start) / 60
    build = read_build(output)
    accuracy = Accuracy(
        config=Path(config).stem,
        bit_operations_percent=bit_operations(build.graph, *DEFAULT_SIZE),
        minutes=round(minutes, 2) if anew else None,
        dataset=held.name,
        pairs=held.ids(),
        float=evaluate(FloatBackend(net), held),
        reference=evaluate(ReferenceBackend(build.graph, build.params), held),
    )
    write_accuracy(output, accuracy)
    show(table_of([accuracy]))
    print(
        f"{len(held)} pairs of {held.name}, kept from calibration and training; by the integer "
        "reference"
    )
    warn_of_pairs(accuracy.reference)


def tabulate(
    builds: Annotated[list[Path], typer.Argument(help="Folders made by `fdscs quantise`.")],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Plot, PNG.")] = None,
) -> None:
    """What builds cost and lose, as a table and as a plot of D1 against bit operations.

    fdscs tabulate w8 w6 w4 -o accuracy.png
    """
    found = read_comparable(builds)
    show(table_of(found))
    if output:
        plot(found, output)
