"""The loop of a phase: steps, validation, checkpoints."""

import math
import time
from contextlib import AbstractContextManager, nullcontext

from tqdm import tqdm

from fdscs.storage.errors import BadInput
from fdscs.training.batches import batches
from fdscs.training.log import Log
from fdscs.training.phase import Phase, train_step
from fdscs.training.population import measure_population
from fdscs.training.report import PhaseReport
from fdscs.training.run import Run
from fdscs.training.state import load_state, restore, save_state
from fdscs.training.validation import validate


def run_phase(run: Run, phase: Phase, resume: bool) -> PhaseReport:
    """Train `phase` to its end, from its saved state if `resume`.

    The report counts the steps and seconds of all sittings, and has the validation of the network
    with its population statistics.
    """
    start, before = _resume(run, phase) if resume else (0, 0.0)
    began = time.monotonic()

    def seconds() -> float:
        return before + time.monotonic() - began

    with _log(run, phase, start) as log:
        bar = tqdm(
            batches(run.train, range(start, phase.steps), run.train.workers),
            initial=start, total=phase.steps, desc=phase.name, unit="step",
            disable=not phase.fabric.is_global_zero,
        )  # fmt: skip
        for step, batch in enumerate(bar, start):
            phase.set_rate(step)
            loss, error = train_step(phase, batch)
            if phase.average:
                phase.average.update(step)
            if not math.isfinite(loss):
                raise BadInput(
                    f"{phase.name} step {step}: the loss is {loss}; lower the learning rate."
                )
            rate = phase.optimiser.param_groups[0]["lr"]
            bar.set_postfix(
                loss=f"{loss:.3f}", epe=f"{error:.2f}", rate=f"{rate:.1e}", refresh=False
            )
            done = step + 1
            if log is None:  # only the first process writes files
                continue
            log.step(step, loss, error, rate)
            if done % run.training.validate_every == 0 and done < phase.steps:
                _validate(run, phase, log, done, seconds())
            if done % run.training.checkpoint_every == 0 or done == phase.steps:
                _save(run, phase, done, seconds())
        trained = seconds()
        if phase.average:
            phase.average.settle()
        measure_population(phase, run.train)
        return _validate(run, phase, log, phase.steps, trained)


def _log(run: Run, phase: Phase, start: int) -> AbstractContextManager[Log | None]:
    if not phase.fabric.is_global_zero:
        return nullcontext()
    return Log(run.folder / "log" / phase.name, start)


def _validate(run: Run, phase: Phase, log: Log | None, step: int, seconds: float) -> PhaseReport:
    shown = phase.average.shown() if phase.average else nullcontext()
    with shown:
        metrics, examples = validate(phase, run.validation)
    if log is not None:
        log.validation(step, metrics, examples)
        tqdm.write(
            f"{phase.name} {step}/{phase.steps}: validation EPE {metrics.epe:.3f} px, "
            f"D1 {metrics.d1:.2f} %, bad-1/2/3 {metrics.bad1:.1f}/{metrics.bad2:.1f}/"
            f"{metrics.bad3:.1f} %"
        )
    return PhaseReport(phase.name, step, seconds, metrics)


def _save(run: Run, phase: Phase, step: int, seconds: float) -> None:
    reports = [report.to_json() for report in run.reports]
    sitting = {"phase": phase.name, "step": step, "seconds": seconds, "reports": reports}
    header = {**run.header, **sitting}
    save_state(run.state_file, phase.net, phase.optimiser, header, phase.average)


def _resume(run: Run, phase: Phase) -> tuple[int, float]:
    state = load_state(run.state_file)
    restore(state, phase.net, phase.optimiser, run.state_file, phase.average)
    step, seconds = state.header["step"], state.header.get("seconds", 0.0)
    if type(step) is not int or not 0 <= step <= phase.steps:
        raise BadInput(f"{run.state_file}: step {step!r} is none of this run's {phase.steps}.")
    return step, float(seconds)
