"""`fdscs train`: from nothing or a float checkpoint to a float network; the first part of `qat`."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

import torch
from lightning_fabric import Fabric

from fdscs.model.config import Config
from fdscs.model.float_checkpoint import float_tensors, load_trainable, save_float, save_unfolded
from fdscs.model.network import FloatNetwork
from fdscs.storage.atomic import write_text
from fdscs.storage.checkpoint import versions
from fdscs.storage.progress import say
from fdscs.training.data import Share
from fdscs.training.engine import engine, slow_in_bfloat16
from fdscs.training.loop import run_phase
from fdscs.training.phase import FLOAT, float_phase
from fdscs.training.report import PhaseReport
from fdscs.training.run import Data, Run, new_run, remove_run, where

FLOAT_FILE, UNFOLDED_FILE = "float.safetensors", "unfolded.safetensors"
SUMMARY_FILE = "summary.json"
SLOW = (
    "bfloat16 is several times slower than float32 on this processor, which has no AVX-512; "
    "--no-mixed-precision leaves it."
)
RESULTS = (FLOAT_FILE, UNFOLDED_FILE, SUMMARY_FILE, f"log/{FLOAT}")


def train_float(
    config: Config,
    data: Data,
    folder: Path,
    checkpoint: Path | None = None,
    resume: bool = False,
    fabric: Fabric | None = None,
    workers: int = 0,
    restart: bool = False,
) -> list[PhaseReport]:
    """Train into `folder`: float.safetensors, unfolded.safetensors, summary.json, log/.

    The first is ready to calibrate, its batch norms folded; the second is for training on. From
    `checkpoint`, where one is given: a folded one goes on without batch norms. Killed runs go on
    as those of `fdscs.training.qat.train_qat`; `restart` removes what the folder has of one.
    """
    fabric = fabric or engine()
    if restart and fabric.is_global_zero:
        remove_run(folder, RESULTS, checkpoint)
    fabric.barrier()
    if config.training.bfloat16 and fabric.is_global_zero and slow_in_bfloat16(fabric.device):
        say(SLOW)
    start = hashlib.sha256(checkpoint.read_bytes()).hexdigest() if checkpoint else None
    share = Share(fabric.global_rank, fabric.world_size)
    run = new_run(config, data, folder, share, workers, start=start)
    at = where(run, resume, FLOAT_FILE)
    net = load_trainable(checkpoint) if checkpoint else first_network(config)
    report = run_phase(run, float_phase(net, config, fabric), resume=at is not None)
    if fabric.is_global_zero:
        save_unfolded(folder / UNFOLDED_FILE, net.cpu(), config, run.provenance)
        write_summary(run, report)
        save_float(folder / FLOAT_FILE, float_tensors(net), config, run.provenance)
        run.state_file.unlink(missing_ok=True)
    fabric.barrier()
    return [report]


def first_network(config: Config) -> FloatNetwork:
    """The network that training from nothing starts with."""
    net = FloatNetwork(config.architecture, train_batch_norm=True)
    net.initialise(torch.Generator().manual_seed(config.training.seed))
    return net


def write_summary(run: Run, report: PhaseReport) -> None:
    """What a run was and what came of it; no times, so that a resumed run writes the same."""
    summary = {"validation": asdict(report.metrics), "versions": versions(), **run.header}
    text = json.dumps(summary, indent=1, sort_keys=True) + "\n"
    write_text(run.folder / SUMMARY_FILE, text)
