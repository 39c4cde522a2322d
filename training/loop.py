"""One phase of training: steps, validation, checkpoints."""

import math
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from lightning_fabric import Fabric
from torch import nn
from torch.utils.tensorboard import SummaryWriter
from tqdm import tqdm

from evaluation.metrics import Metrics, average, measure
from model.back_end import upsample
from model.config import Training
from quantization.accumulators import limit_accumulators
from quantization.network import QuantNetwork
from stereo_datasets.dataset import StereoDataset
from storage.errors import BadInput
from training.data import Batch, Sampler, collate
from training.loss import end_point_error
from training.objective import Supervised
from training.state import load_state, restore, save_state

WARM_UP = 50  # steps
LARGEST_GRADIENT = 3.0  # norm


@dataclass
class Phase:
    """What is trained, on what, for how long."""

    name: str
    objective: Supervised
    optimiser: torch.optim.Optimizer
    steps: int
    fabric: Fabric

    def __post_init__(self) -> None:
        self.peaks = [group["lr"] for group in self.optimiser.param_groups]
        self.step, self.optimiser = self.fabric.setup(self.objective, self.optimiser)

    @property
    def net(self) -> nn.Module:
        """The network that is trained."""
        return self.objective.net

    def set_rate(self, step: int) -> None:
        """Linear warm-up, then cosine to zero."""
        factor = min(1.0, (step + 1) / WARM_UP) * 0.5 * (1 + math.cos(math.pi * step / self.steps))
        for group, peak in zip(self.optimiser.param_groups, self.peaks, strict=True):
            group["lr"] = peak * factor


@dataclass
class Run:
    """Where a run keeps its files, and the data it uses."""

    folder: Path
    training: Training
    train: Sampler
    validation: StereoDataset
    header: dict[str, Any]  # goes into every saved state

    @property
    def state_file(self) -> Path:
        """The state from which a killed run goes on."""
        return self.folder / "training.safetensors"


def run_phase(run: Run, phase: Phase, resume: bool) -> Metrics:
    """Train `phase` to its end, from its saved state if `resume`; returns the last validation."""
    start = _resume(run, phase) if resume else 0
    with _log(run, phase, start) as log:
        bar = tqdm(
            range(start, phase.steps), initial=start, total=phase.steps, desc=phase.name,
            disable=not phase.fabric.is_global_zero,
        )  # fmt: skip
        for step in bar:
            phase.set_rate(step)
            batch = run.train.batch(step)
            loss, error = train_step(phase, batch)
            if not math.isfinite(loss):
                raise BadInput(
                    f"{phase.name} step {step}: the loss is {loss}; lower the learning rate."
                )
            bar.set_postfix(loss=f"{loss:.3f}", epe=f"{error:.2f}")
            done = step + 1
            if log is None:  # only the first process writes files
                continue
            log.add_scalar("train/loss", loss, step)
            log.add_scalar("train/epe_px", error, step)
            log.add_scalar("train/learning_rate", phase.optimiser.param_groups[0]["lr"], step)
            if done % run.training.validate_every == 0 and done < phase.steps:
                _validate(run, phase, log, done)
            if done % run.training.checkpoint_every == 0 or done == phase.steps:
                header = {**run.header, "phase": phase.name, "step": done}
                save_state(run.state_file, phase.net, phase.optimiser, header)
        return _validate(run, phase, log, phase.steps)


def train_step(phase: Phase, batch: Batch) -> tuple[float, float]:
    """One optimiser step; returns the loss and the EPE in px."""
    phase.net.train()
    left, right, truth, valid = phase.fabric.to_device(
        (batch.left, batch.right, batch.disparity, batch.valid)
    )
    loss, half = phase.step(left, right, truth, valid)
    phase.optimiser.zero_grad(set_to_none=True)
    phase.fabric.backward(loss)
    nn.utils.clip_grad_norm_(phase.net.parameters(), LARGEST_GRADIENT)
    phase.optimiser.step()
    if isinstance(phase.net, QuantNetwork):
        limit_accumulators(phase.net)
    return float(loss.detach()), end_point_error(half.detach(), truth, valid)


def validate(phase: Phase, dataset: StereoDataset) -> Metrics:
    """Metrics of the network as it is, over whole images.

    A pair without ground truth is compared with the disparity of the float network.
    """
    phase.net.eval()
    found = []
    with torch.no_grad():
        for index in range(len(dataset)):
            pair = dataset[index]
            batch = collate([pair])
            left, right = phase.fabric.to_device((batch.left, batch.right))
            made = phase.objective.predict(left, right).cpu()
            disparity = upsample(made, *pair.size)[0, 0].numpy()
            truth, valid = pair.disparity, pair.valid
            if truth is None or valid is None:
                wanted = phase.objective.wanted(left, right).cpu()
                truth = upsample(wanted, *pair.size)[0, 0].numpy()
                valid = truth > 0
            found.append(measure(disparity, truth, valid, pair.name))
    return average(found)


def _log(run: Run, phase: Phase, start: int) -> AbstractContextManager[SummaryWriter | None]:
    if not phase.fabric.is_global_zero:
        return nullcontext()
    writer: AbstractContextManager[SummaryWriter] = SummaryWriter(
        run.folder / "log" / phase.name, purge_step=start
    )
    return writer


def _validate(run: Run, phase: Phase, log: SummaryWriter | None, step: int) -> Metrics:
    metrics = validate(phase, run.validation)
    if log is None:
        return metrics
    log.add_scalar("validation/epe_px", metrics.epe, step)
    log.add_scalar("validation/d1_percent", metrics.d1, step)
    tqdm.write(
        f"{phase.name} {step}/{phase.steps}: validation EPE {metrics.epe:.3f} px, "
        f"D1 {metrics.d1:.2f} %"
    )
    return metrics


def _resume(run: Run, phase: Phase) -> int:
    state = load_state(run.state_file)
    restore(state, phase.net, phase.optimiser, run.state_file)
    step = state.header["step"]
    if type(step) is not int or not 0 <= step <= phase.steps:
        raise BadInput(f"{run.state_file}: step {step!r} is none of this run's {phase.steps}.")
    return step
