"""The loop of a phase: steps, validation, checkpoints."""

import math
import time
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from fdscs.storage.errors import INTERRUPTED, BadInput, Interrupted
from fdscs.storage.progress import say, stage
from fdscs.training.batches import batches
from fdscs.training.data import Batch
from fdscs.training.interrupt import Interrupt
from fdscs.training.log import Log
from fdscs.training.phase import Phase, train_step
from fdscs.training.population import measure_population
from fdscs.training.report import PhaseReport
from fdscs.training.run import Run
from fdscs.training.state import load_state, restore, save_state
from fdscs.training.validation import validate


@dataclass
class Sitting:
    """A phase from where it starts today: steps done in all sittings, and their seconds."""

    run: Run
    phase: Phase
    done: int = 0
    before: float = 0.0  # seconds of earlier sittings
    began: float = field(default_factory=time.monotonic)
    saved: int | None = None  # the steps of the state on disk

    @property
    def seconds(self) -> float:
        """Of all sittings."""
        return self.before + time.monotonic() - self.began

    def save(self) -> None:
        """Write the state that a later sitting goes on from."""
        run, phase = self.run, self.phase
        reports = [report.to_json() for report in run.reports]
        sitting = {"phase": phase.name, "step": self.done, "seconds": self.seconds}
        header = {**run.header, **sitting, "reports": reports}
        save_state(run.state_file, phase.net, phase.optimiser, header, phase.average)
        self.saved = self.done


def run_phase(run: Run, phase: Phase, resume: bool) -> PhaseReport:
    """Train `phase` to its end, from its saved state if `resume`.

    The report counts the steps and seconds of all sittings, and has the validation of the network
    with its population statistics. Raises Interrupted after Ctrl-C, once the state is saved.
    """
    sitting = _resumed(run, phase) if resume else Sitting(run, phase)
    try:
        with _log(sitting) as log:
            _train(sitting, log)
            trained = sitting.seconds
            if phase.average:
                phase.average.settle()
            measure_population(phase, run.train)
            return _validate(sitting, log, trained)
    except KeyboardInterrupt:
        if not phase.fabric.is_global_zero:  # the first process saves, and says so
            raise SystemExit(INTERRUPTED) from None
        if sitting.saved != sitting.done:
            sitting.save()
        raise Interrupted(f"at step {sitting.done} of {phase.steps}, {phase.name}") from None


def _train(sitting: Sitting, log: Log | None) -> None:
    """The steps that are left; with a log, validations and checkpoints on the way."""
    run, phase = sitting.run, sitting.phase
    training, start = run.training, sitting.done
    made = batches(run.train, range(start, phase.steps), run.train.workers)
    shown = phase.fabric.is_global_zero
    with (
        stage(f"training, {phase.name}", phase.steps, start, shown) as bar,
        Interrupt(phase.fabric).watching() as interrupt,
    ):
        for batch in made:
            with interrupt.step():
                loss, error, rate = _step(sitting, batch)
                sitting.done += 1
            bar.advance(f"loss {loss:.3f}, EPE {error:.2f}")
            if log is None:  # only the first process writes files
                continue
            done = sitting.done
            log.step(done - 1, loss, error, rate)
            if done % training.validate_every == 0 and done < phase.steps:
                _validate(sitting, log, sitting.seconds)
            if done % training.checkpoint_every == 0 or done == phase.steps:
                sitting.save()


def _step(sitting: Sitting, batch: Batch) -> tuple[float, float, float]:
    """One step of the optimiser: loss, EPE in px, and the rate it had."""
    phase, step = sitting.phase, sitting.done
    phase.set_rate(step)
    loss, error = train_step(phase, batch)
    if not math.isfinite(loss):
        raise BadInput(f"{phase.name} step {step}: the loss is {loss}; lower the learning rate.")
    if phase.average:
        phase.average.update(step)
    return loss, error, phase.optimiser.param_groups[0]["lr"]


def _log(sitting: Sitting) -> AbstractContextManager[Log | None]:
    if not sitting.phase.fabric.is_global_zero:
        return nullcontext()
    return Log(sitting.run.folder / "log" / sitting.phase.name, sitting.done)


def _validate(sitting: Sitting, log: Log | None, seconds: float) -> PhaseReport:
    phase, step = sitting.phase, sitting.done
    with phase.average.shown() if phase.average else nullcontext():
        metrics, examples = validate(phase, sitting.run.validation)
    if log is not None:
        log.validation(step, metrics, examples)
        say(
            f"{phase.name} {step}/{phase.steps}: validation EPE {metrics.epe:.3f} px, "
            f"D1 {metrics.d1:.2f} %, bad-1/2/3 {metrics.bad1:.1f}/{metrics.bad2:.1f}/"
            f"{metrics.bad3:.1f} %"
        )
    return PhaseReport(phase.name, step, seconds, metrics)


def _resumed(run: Run, phase: Phase) -> Sitting:
    state = load_state(run.state_file)
    restore(state, phase.net, phase.optimiser, run.state_file, phase.average)
    step, seconds = state.header["step"], state.header.get("seconds", 0.0)
    if type(step) is not int or not 0 <= step <= phase.steps:
        raise BadInput(f"{run.state_file}: step {step!r} is none of this run's {phase.steps}.")
    return Sitting(run, phase, step, float(seconds), saved=step)
