"""`fdscs qat`: from a float or quantised checkpoint, or from nothing, to a quantised network."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from lightning_fabric import Fabric

from calibration.calibrate import calibrate
from calibration.deploy import reading_codes
from evaluation.metrics import Metrics
from model.checkpoint import float_tensors, load_float, save_float
from model.config import Config
from model.configuration import config_to
from model.network import FloatNetwork
from quantization.checkpoint import load_quantised, save_quantised
from quantization.freeze import freeze
from quantization.network import QuantNetwork
from stereo_datasets.dataset import StereoDataset
from storage.atomic import write_text
from storage.checkpoint import load_checkpoint, versions
from storage.errors import BadInput
from training.data import Sampler, Share
from training.engine import engine
from training.loop import Run, run_phase
from training.phases import (
    FLOAT,
    QUANTISED,
    float_phase,
    measure_population,
    quantised_phase,
)
from training.state import load_state

FLOAT_FILE, QUANT_FILE = "float.safetensors", "quant.safetensors"
START_FILE, TEACHER_FILE = "start.safetensors", "teacher.safetensors"  # while a run lasts


@dataclass(frozen=True)
class Data:
    """What a run learns from and what it is validated on."""

    train: StereoDataset
    validation: StereoDataset


def train_qat(
    config: Config,
    data: Data,
    folder: Path,
    checkpoint: Path | None,
    resume: bool,
    fabric: Fabric | None = None,
) -> Metrics:
    """Train into `folder`: float.safetensors (from nothing), quant.safetensors, summary.json, log/.

    A run killed at any moment goes on with `resume` and ends with the same bytes; one killed before
    its first checkpoint starts anew. Processes that `fabric` joins share every batch. Raises
    BadInput where there is an unfinished run and `resume` is not given, where the run has ended, or
    where configuration or data are others.
    """
    torch.use_deterministic_algorithms(True)
    torch.utils.deterministic.fill_uninitialized_memory = False  # nothing reads it
    fabric = fabric or engine()
    share = Share(fabric.global_rank, fabric.world_size)
    run = Run(
        folder=folder,
        training=config.training,
        train=Sampler(data.train, config.training, stream=0, share=share),
        validation=data.validation,
        header={"config": config_to(config), "dataset": identity(data.train)},
    )
    at = _where(run, resume)
    if checkpoint is None and at != QUANTISED:
        _train_float(run, config, fabric, resume=at == FLOAT)
    if at != QUANTISED and fabric.is_global_zero:
        _prepare(run, config, data, checkpoint)
    fabric.barrier()
    net, teacher = _prepared(run, config)
    phase = quantised_phase(net, teacher, config, fabric)
    metrics = run_phase(run, phase, resume=at == QUANTISED)
    if fabric.is_global_zero:
        _finish(run, net, config, metrics)
    fabric.barrier()
    return metrics


def _finish(run: Run, net: QuantNetwork, config: Config, metrics: Metrics) -> None:
    folder = run.folder
    freeze(net.cpu())  # refuses now what could not be exported
    save_quantised(folder / QUANT_FILE, net, config, _provenance(run))
    summary = {"validation": asdict(metrics), "versions": versions(), **run.header}
    write_text(folder / "summary.json", json.dumps(summary, indent=1, sort_keys=True) + "\n")
    for file in (run.state_file, folder / START_FILE, folder / TEACHER_FILE):
        file.unlink(missing_ok=True)


def identity(dataset: StereoDataset) -> dict[str, str]:
    """Name of a data set, and a hash of its ids and first pair: enough to tell it from another."""
    digest = hashlib.sha256("\n".join(dataset.ids()).encode())
    digest.update(dataset[0].left.tobytes() + dataset[0].right.tobytes())
    return {"name": dataset.name, "sha256": digest.hexdigest()}


def _where(run: Run, resume: bool) -> str | None:
    """The phase in which an earlier run stopped, or None for a fresh start."""
    exists = run.state_file.is_file()
    if resume and not exists and (run.folder / QUANT_FILE).is_file():
        raise BadInput(f"{run.folder}: the run has ended; its result is {QUANT_FILE}.")
    if exists and not resume:
        raise BadInput(
            f"{run.folder}: holds an unfinished run; add --resume to go on with it, or choose "
            "another folder."
        )
    if not exists:
        return None
    header = load_state(run.state_file).header
    if {key: header.get(key) for key in run.header} != run.header:
        raise BadInput(
            f"{run.folder}: was started with another configuration or data set; give the same, or "
            "choose another folder."
        )
    phase: str = header["phase"]
    return phase


def _train_float(run: Run, config: Config, fabric: Fabric, resume: bool) -> None:
    torch.manual_seed(config.training.seed)
    net = FloatNetwork(config.architecture, train_batch_norm=True)
    net.initialise(torch.Generator().manual_seed(config.training.seed))
    phase = float_phase(net, config, fabric)
    if phase.steps:
        run_phase(run, phase, resume)
        measure_population(phase, run.train)
    if fabric.is_global_zero:
        save_float(run.folder / FLOAT_FILE, float_tensors(net.cpu()), config, _provenance(run))
    fabric.barrier()


def _prepare(run: Run, config: Config, data: Data, checkpoint: Path | None) -> None:
    """Write the quantised network that training starts from, and the float one it imitates."""
    source = checkpoint or run.folder / FLOAT_FILE
    if load_checkpoint(source, "float", "quantised").kind == "float":
        net, teacher = calibrate(load_float(source)[0], config, data.train)
        if config.training.distils:
            tensors = float_tensors(teacher)
            save_float(run.folder / TEACHER_FILE, tensors, config, _provenance(run))
    elif config.training.distils:
        raise BadInput(
            f"{source}: is quantised already, and training.imitation and features need the float "
            "network: give the float checkpoint, or set both to 0."
        )
    else:
        net = load_quantised(source)[0]
    save_quantised(run.folder / START_FILE, net, config, _provenance(run))


def _prepared(run: Run, config: Config) -> tuple[QuantNetwork, FloatNetwork | None]:
    net = load_quantised(run.folder / START_FILE)[0]
    if not config.training.distils:
        return net, None
    return net, reading_codes(load_float(run.folder / TEACHER_FILE)[0])


def _provenance(run: Run) -> dict[str, Any]:
    return {"dataset": run.header["dataset"], "seed": run.training.seed}
