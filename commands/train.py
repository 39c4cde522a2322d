"""fdscs import-official, fdscs calibrate, fdscs qat."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from calibration.calibrate import PAIRS
from calibration.calibrate import calibrate as calibrate_network
from commands.options import (
    ConfigOption,
    DatasetsOption,
    ExcludeOption,
    LimitOption,
    ListOption,
    RootsOption,
    parts_chosen,
)
from export.build import file_digest
from model.checkpoint import load_float, save_float
from model.config import PAPER, Config, Training, with_steps
from model.configuration import config_from, read_config
from model.official import import_official as read_official
from quantization.checkpoint import save_quantised
from quantization.freeze import freeze
from stereo_datasets.catalogue import select
from stereo_datasets.dataset import StereoDataset
from stereo_datasets.mixed import mixed, spread
from stereo_datasets.synthetic import SyntheticPairs
from storage.checkpoint import load_checkpoint
from storage.errors import BadInput
from training.engine import engine
from training.qat import QUANT_FILE, Data, train_qat


def import_official(
    weights: Annotated[Path, typer.Argument(help="The authors' weights, .npz.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Float checkpoint to write.")],
) -> None:
    """Turn the authors' published weights into a float checkpoint.

    fdscs import-official fdscs_official_bn600k.npz -o float.safetensors
    """
    tensors = read_official(weights)
    provenance = {"source": weights.name, "sha256": file_digest(weights)}
    save_float(output, tensors, PAPER, provenance)
    print(f"{output}: {sum(each.size for each in tensors.values()):,} parameters")


def calibrate(
    checkpoint: Annotated[Path, typer.Option(help="Float checkpoint.")],
    dataset: DatasetsOption,
    output: Annotated[Path, typer.Option("-o", "--output", help="Quantised checkpoint to write.")],
    root: RootsOption = None,
    config: ConfigOption = None,
    ids: ListOption = None,
    limit: LimitOption = None,
    exclude: ExcludeOption = None,
    pairs: Annotated[int, typer.Option(min=1, help="How many pairs to calibrate on.")] = PAIRS,
) -> None:
    """Choose power-of-two steps on real pairs; ground truth is not used.

    fdscs calibrate --checkpoint float.safetensors --dataset kitti2012 --root KITTI -o q.safetensors
    """
    net, trained = load_float(checkpoint)
    chosen = with_precision_of(trained, config)
    data = mixed(parts_chosen(dataset, root, ids, limit, exclude))
    quantised, _ = calibrate_network(net, chosen, data, pairs)
    bounds = freeze(quantised).bounds
    provenance = {
        "checkpoint_sha256": file_digest(checkpoint),
        "dataset": data.name,
        "pairs": len(spread(data, pairs)),
    }
    save_quantised(output, quantised, chosen, provenance)
    widest = max(bounds, key=lambda name: bounds[name].bits)
    print(f"{output}: widest accumulator {widest}, {bounds[widest].bits} bits")


def qat(
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder of the run.")],
    dataset: DatasetsOption,
    root: RootsOption = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option(help="Float or quantised; without it training starts from nothing."),
    ] = None,
    config: ConfigOption = None,
    steps: Annotated[
        int | None, typer.Option(min=1, help="Quantised steps; float ones in proportion.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a killed run.")] = False,
    ids: ListOption = None,
    limit: LimitOption = None,
    exclude: ExcludeOption = None,
    devices: Annotated[
        int, typer.Option(min=1, help="Processes on this machine that share every batch.")
    ] = 1,
    nodes: Annotated[int, typer.Option(min=1, help="Machines that take part.")] = 1,
) -> None:
    """Quantisation-aware training, with the hardware's rounding.

    fdscs qat --checkpoint float.safetensors --dataset kitti2015 --root KITTI --steps 500 -o run

    Every tenth pair of a data set, eight at most, is kept for validation.
    """
    chosen = with_steps(config_for(checkpoint, config), steps)
    if [each.value for each in dataset] == ["synthetic"]:
        data = synthetic_data(chosen)
    else:
        data = training_data(parts_chosen(dataset, root, ids, limit, exclude), chosen.training)
    fabric = engine(devices, nodes)
    metrics = train_qat(chosen, data, output, checkpoint, resume, fabric)
    if not fabric.is_global_zero:
        return
    print(
        f"{output / QUANT_FILE}: validation EPE {metrics.epe:.3f} px, D1 {metrics.d1:.2f} % on "
        f"{len(data.validation)} pairs of {data.validation.name}"
    )


def config_for(checkpoint: Path | None, name: str | None) -> Config:
    """The checkpoint's configuration, with the widths and training of `name` if given."""
    if checkpoint is None:
        return read_config(name)
    header = load_checkpoint(checkpoint, "float", "quantised").header
    return with_precision_of(config_from(header.get("config"), checkpoint), name)


def training_data(parts: list[StereoDataset], training: Training) -> Data:
    """Pairs to train on, and pairs kept from it."""
    rest, kept = [], []
    for part in parts:
        names = part.ids()[::10][:8]
        kept.append(select(part, names))
        rest.append(select(part, [name for name in part.ids() if name not in names]))
        for index, name in enumerate(names):
            if kept[-1][index].disparity is None and not training.distils:
                raise BadInput(
                    f"{name}: has no ground truth to validate on; leave it out with --exclude."
                )
    data = Data(mixed([part for part in rest if len(part)] or rest), mixed(kept))
    if not len(data.train):
        count = len(data.validation)
        raise BadInput(
            f"{data.validation.name}: {count} pairs; two at least are needed, one to validate on."
        )
    return data


def synthetic_data(config: Config, validation_pairs: int = 8) -> Data:
    """Made-up pairs of the crop's size, with disparities up to what the network can see."""
    training = config.training
    rows, columns = training.crop
    reach = (2 * config.architecture.disparities - 2) / training.max_scale
    largest = min(reach, columns / 3)
    return Data(
        SyntheticPairs(training.synthetic_pairs, (rows, columns), largest, training.seed),
        SyntheticPairs(validation_pairs, (rows, columns), largest, training.seed + 1),
    )


def with_precision_of(trained: Config, name: str | None) -> Config:
    """The configuration of a checkpoint with the widths and training of another."""
    if name is None:
        return trained
    chosen = read_config(name)
    channels = chosen.architecture.channels or trained.architecture.channels
    if replace(chosen.architecture, channels=channels) != trained.architecture:
        raise BadInput(
            f"{name}: its architecture is not the checkpoint's; give a configuration of the same "
            "network."
        )
    return replace(trained, precision=chosen.precision, training=chosen.training)
