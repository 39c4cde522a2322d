"""fdscs import-official, fdscs calibrate, fdscs train, fdscs qat."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fdscs.calibration import PAIRS
from fdscs.commands.doubts import refuse_misfits, warn_of_views
from fdscs.commands.options import (
    BayerOption,
    BitsOption,
    CheckpointOption,
    ConfigOption,
    DatasetName,
    DatasetsOption,
    DeterministicOption,
    DevicesOption,
    ExcludeOption,
    LimitOption,
    ListOption,
    NodesOption,
    OptionalDatasetsOption,
    RestartOption,
    ResumeOption,
    RootsOption,
    ScaleOption,
    SideBySideOption,
    TrustOption,
    TruthOption,
    WorkersOption,
    parts_chosen,
    said_of_files,
)
from fdscs.commands.output import show
from fdscs.commands.sources import data_for
from fdscs.export.build import file_digest
from fdscs.model.config import PAPER, Config, in_steps, with_float_steps, with_steps
from fdscs.model.config_file import config_from, read_config
from fdscs.stereo_datasets.mixed import mixed, spread
from fdscs.storage.checkpoint import load_checkpoint
from fdscs.storage.errors import BadInput
from fdscs.training.pairs import Data

if TYPE_CHECKING:
    from fdscs.training.report import PhaseReport


def import_official(
    weights: Annotated[
        Path, typer.Argument(help="The authors' weights: .npz, or as arrays by name in PyTorch's.")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="Float checkpoint to write.")],
    dataset: Annotated[
        list[DatasetName] | None,
        typer.Option("--dataset", help="Fold the batch norms of a raw checkpoint on these pairs."),
    ] = None,
    root: RootsOption = None,
    ids: ListOption = None,
    limit: LimitOption = None,
) -> None:
    """Turn the authors' published weights into a float checkpoint.

    fdscs import-official fdscs_official_bn600k.npz -o float.safetensors

    Of their three archives only that one has its batch norms folded. The raw ones (model_350000,
    model_600000) are refused unless pairs are named to fold them on.
    """
    from fdscs.calibration import batch_norms
    from fdscs.model.float_checkpoint import save_float
    from fdscs.model.official import FOLDED
    from fdscs.model.official import import_official as read_official

    tensors = read_official(weights)
    provenance: dict[str, object] = {"source": weights.name, "sha256": file_digest(weights)}
    if dataset:
        data = mixed(parts_chosen(dataset, root, ids, limit, None))
        warn_of_views(data)
        tensors = batch_norms.folded(tensors, data)
        provenance |= {"folded_on": data.name, "pairs": len(spread(data, batch_norms.PAIRS))}
    elif provenance["sha256"] != FOLDED:
        batch_norms.check_folded(tensors, weights)
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
    bits: BitsOption = None,
    bayer: BayerOption = None,
    side_by_side: SideBySideOption = False,
    pairs: Annotated[int, typer.Option(min=1, help="How many pairs to calibrate on.")] = PAIRS,
) -> None:
    """Choose power-of-two steps on real pairs; ground truth is not used.

    fdscs calibrate --checkpoint float.safetensors --dataset kitti2012 --root KITTI -o q.safetensors
    """
    from fdscs.calibration.calibrate import calibrate as calibrate_network
    from fdscs.model.float_checkpoint import load_float
    from fdscs.quantization.freeze import freeze
    from fdscs.quantization.quant_checkpoint import save_quantised

    net, trained = load_float(checkpoint)
    chosen = with_precision_of(trained, config)
    said = said_of_files(None, bits, bayer, side_by_side)
    data = mixed(parts_chosen(dataset, root, ids, limit, exclude, said))
    warn_of_views(data)
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


def train(
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder of the run.")],
    dataset: OptionalDatasetsOption = None,
    root: RootsOption = None,
    checkpoint: CheckpointOption = None,
    config: ConfigOption = None,
    steps: Annotated[
        int | None, typer.Option(min=1, help="Steps, with the stages of the rate in proportion.")
    ] = None,
    resume: ResumeOption = False,
    restart: RestartOption = False,
    ids: ListOption = None,
    limit: LimitOption = None,
    exclude: ExcludeOption = None,
    scale: ScaleOption = None,
    bits: BitsOption = None,
    bayer: BayerOption = None,
    side_by_side: SideBySideOption = False,
    truth: TruthOption = None,
    trust_truth: TrustOption = False,
    mixed_precision: Annotated[
        bool | None,
        typer.Option(
            help="Convolutions in bfloat16, or not; as the configuration says by default.",
            show_default=False,
        ),
    ] = None,
    workers: WorkersOption = 0,
    deterministic: DeterministicOption = None,
    devices: DevicesOption = 1,
    nodes: NodesOption = 1,
) -> None:
    """Float training, from nothing or from a float checkpoint.

    fdscs train --config authors-kitti --root KITTI12 --root KITTI15 --checkpoint u.safetensors -o r

    Leaves float.safetensors, ready to calibrate, and unfolded.safetensors, to train on. Where
    neither options nor configuration name pairs to validate on, every tenth is kept, eight at most.
    """
    from fdscs.training.engine import engine
    from fdscs.training.float_run import FLOAT_FILE, train_float

    _refuse_both(resume, restart)
    chosen = config_for(checkpoint, config)
    if mixed_precision is not None:
        training = replace(chosen.training, bfloat16=mixed_precision)
        chosen = replace(chosen, training=training)
    said = said_of_files(scale, bits, bayer, side_by_side, truth)
    data = data_for(chosen, dataset, root, ids, limit, exclude, said)
    if not trust_truth:
        refuse_misfits(chosen, data)
    warn_of_views(data.train)
    chosen = with_float_steps(in_steps(chosen, len(data.train)), steps)
    fabric = engine(devices, nodes, deterministic)
    reports = train_float(chosen, data, output, checkpoint, resume, fabric, workers, restart)
    if fabric.is_global_zero:
        print_reports(reports, output / FLOAT_FILE, data)


def qat(
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder of the run.")],
    dataset: OptionalDatasetsOption = None,
    root: RootsOption = None,
    checkpoint: CheckpointOption = None,
    config: ConfigOption = None,
    steps: Annotated[
        int | None, typer.Option(min=1, help="Quantised steps; float ones in proportion.")
    ] = None,
    resume: ResumeOption = False,
    restart: RestartOption = False,
    ids: ListOption = None,
    limit: LimitOption = None,
    exclude: ExcludeOption = None,
    scale: ScaleOption = None,
    bits: BitsOption = None,
    bayer: BayerOption = None,
    side_by_side: SideBySideOption = False,
    truth: TruthOption = None,
    trust_truth: TrustOption = False,
    workers: WorkersOption = 0,
    deterministic: DeterministicOption = None,
    devices: DevicesOption = 1,
    nodes: NodesOption = 1,
) -> None:
    """Quantisation-aware training, with the hardware's rounding.

    fdscs qat --checkpoint float.safetensors --dataset kitti2015 --root KITTI --steps 500 -o run

    The checkpoint may be float or quantised; without one, float training comes first. Where
    neither options nor configuration name pairs to validate on, every tenth is kept, eight at most.
    """
    from fdscs.training.engine import engine
    from fdscs.training.qat import QUANT_FILE, train_qat

    _refuse_both(resume, restart)
    chosen = config_for(checkpoint, config)
    said = said_of_files(scale, bits, bayer, side_by_side, truth)
    data = data_for(chosen, dataset, root, ids, limit, exclude, said)
    if not trust_truth:
        refuse_misfits(chosen, data)
    warn_of_views(data.train)
    chosen = with_steps(in_steps(chosen, len(data.train)), steps)
    fabric = engine(devices, nodes, deterministic)
    reports = train_qat(chosen, data, output, checkpoint, resume, fabric, workers, restart)
    if fabric.is_global_zero:
        print_reports(reports, output / QUANT_FILE, data)


def _refuse_both(resume: bool, restart: bool) -> None:
    if resume and restart:
        raise BadInput("--resume goes on with the run that --restart removes; give one of them.")


def print_reports(reports: "list[PhaseReport]", result: Path, data: Data) -> None:
    """The table of the phases, and what the run left."""
    from fdscs.training.report import table_of_phases

    show(table_of_phases(reports))
    metrics = reports[-1].metrics
    print(
        f"{result}: validation EPE {metrics.epe:.3f} px, D1 {metrics.d1:.2f} % on "
        f"{len(data.validation)} pairs of {data.validation.name}"
    )


def config_for(checkpoint: Path | None, name: str | None) -> Config:
    """The checkpoint's configuration, with the widths and training of `name` if given."""
    if checkpoint is None:
        return read_config(name)
    header = load_checkpoint(checkpoint, "float", "unfolded", "quantised").header
    return with_precision_of(config_from(header.get("config"), checkpoint), name)


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
    return replace(trained, precision=chosen.precision, training=chosen.training, data=chosen.data)
