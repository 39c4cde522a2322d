"""`fdscs qat`: from a float or quantised checkpoint, or from nothing, to a quantised network."""

from pathlib import Path
from typing import Any

from lightning_fabric import Fabric

from fdscs.calibration.calibrate import calibrate
from fdscs.calibration.deploy import reading_codes
from fdscs.model.config import Config
from fdscs.model.float_checkpoint import float_tensors, load_float, save_float
from fdscs.model.network import FloatNetwork
from fdscs.quantization.freeze import freeze
from fdscs.quantization.network import QuantNetwork
from fdscs.quantization.quant_checkpoint import load_quantised, save_quantised
from fdscs.storage.checkpoint import load_checkpoint
from fdscs.storage.errors import BadInput
from fdscs.training.data import Share
from fdscs.training.engine import engine
from fdscs.training.float_run import FLOAT_FILE, SUMMARY_FILE, first_network, write_summary
from fdscs.training.loop import run_phase
from fdscs.training.phase import FLOAT, QUANTISED, float_phase, quantised_phase
from fdscs.training.report import PhaseReport
from fdscs.training.run import STATE_FILE, Data, Run, identity, new_run, remove_run, where

__all__ = ["QUANT_FILE", "Data", "identity", "train_qat", "trained_in"]

QUANT_FILE = "quant.safetensors"
START_FILE, TEACHER_FILE = "start.safetensors", "teacher.safetensors"  # while a run lasts
RESULTS = (QUANT_FILE, START_FILE, TEACHER_FILE, SUMMARY_FILE, f"log/{QUANTISED}")


def train_qat(
    config: Config,
    data: Data,
    folder: Path,
    checkpoint: Path | None,
    resume: bool,
    fabric: Fabric | None = None,
    workers: int = 0,
    restart: bool = False,
) -> list[PhaseReport]:
    """Train into `folder`: float.safetensors (from nothing), quant.safetensors, summary.json, log/.

    A run killed at any moment goes on with `resume` and ends with the same bytes; one killed before
    its first checkpoint starts anew. Processes that `fabric` joins share every batch; so many
    `workers` of each make its batches, or itself where it is 0. Raises BadInput where there is an
    unfinished run and `resume` is not given, where the run has ended, or where configuration or
    data are others. `restart` removes what the folder has of a run before.
    """
    fabric = fabric or engine()
    if restart and fabric.is_global_zero:
        own = RESULTS if checkpoint else (*RESULTS, FLOAT_FILE, f"log/{FLOAT}")
        remove_run(folder, own, checkpoint)
    fabric.barrier()
    run = new_run(config, data, folder, Share(fabric.global_rank, fabric.world_size), workers)
    at = where(run, resume, QUANT_FILE)
    if checkpoint is None and at != QUANTISED:
        _train_float(run, config, fabric, resume=at == FLOAT)
    if at != QUANTISED and fabric.is_global_zero:
        _prepare(run, config, data, checkpoint)
    fabric.barrier()
    net, teacher = _prepared(run, config)
    phase = quantised_phase(net, teacher, config, fabric)
    run.reports.append(run_phase(run, phase, resume=at == QUANTISED))
    if fabric.is_global_zero:
        _finish(run, net, config)
    fabric.barrier()
    return run.reports


def trained_in(
    folder: Path, config: Config, data: Data, checkpoint: Path
) -> tuple[QuantNetwork, dict[str, Any]]:
    """The network that a run in this folder ends with, and its provenance; trained unless it has.

    Raises BadInput where the folder holds a run of another configuration or other pairs.
    """
    if not (folder / QUANT_FILE).is_file():
        train_qat(config, data, folder, checkpoint, resume=(folder / STATE_FILE).is_file())
    net, its_config, header = load_quantised(folder / QUANT_FILE)
    provenance = header.get("provenance") or {}
    if its_config != config or provenance.get("dataset") != identity(data.train):
        raise BadInput(
            f"{folder}: holds a run of another configuration or of other pairs; choose another "
            "folder."
        )
    return net, provenance


def _finish(run: Run, net: QuantNetwork, config: Config) -> None:
    freeze(net.cpu())  # refuses now what could not be exported
    write_summary(run, run.reports[-1])
    save_quantised(run.folder / QUANT_FILE, net, config, run.provenance)
    for file in (run.state_file, run.folder / START_FILE, run.folder / TEACHER_FILE):
        file.unlink(missing_ok=True)


def _train_float(run: Run, config: Config, fabric: Fabric, resume: bool) -> None:
    net = first_network(config)
    phase = float_phase(net, config, fabric)
    if phase.steps:
        run.reports.append(run_phase(run, phase, resume))
    if fabric.is_global_zero:
        save_float(run.folder / FLOAT_FILE, float_tensors(net.cpu()), config, run.provenance)
    fabric.barrier()


def _prepare(run: Run, config: Config, data: Data, checkpoint: Path | None) -> None:
    """Write the quantised network that training starts from, and the float one it imitates."""
    source = checkpoint or run.folder / FLOAT_FILE
    if load_checkpoint(source, "float", "quantised").kind == "float":
        net, teacher = calibrate(load_float(source)[0], config, data.train)
        if config.training.distils:
            tensors = float_tensors(teacher)
            save_float(run.folder / TEACHER_FILE, tensors, config, run.provenance)
    elif config.training.distils:
        raise BadInput(
            f"{source}: is quantised already, and training.imitation and features need the float "
            "network: give the float checkpoint, or set both to 0."
        )
    else:
        net = load_quantised(source)[0]
    save_quantised(run.folder / START_FILE, net, config, run.provenance)


def _prepared(run: Run, config: Config) -> tuple[QuantNetwork, FloatNetwork | None]:
    net = load_quantised(run.folder / START_FILE)[0]
    if not config.training.distils:
        return net, None
    return net, reading_codes(load_float(run.folder / TEACHER_FILE)[0])
