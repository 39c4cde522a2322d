"""TensorBoard's record of a phase: scalars of every step, scalars and pictures of validations."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

from torch.utils.tensorboard import SummaryWriter

from fdscs.evaluation.metrics import Metrics
from fdscs.evaluation.pictures import colour_disparity, colour_error
from fdscs.storage.errors import BadInput
from fdscs.training.validation import Example

UNITS = {"epe": "epe_px", "d1": "d1_percent", "bad1": "bad1_percent", "bad2": "bad2_percent",
         "bad3": "bad3_percent"}  # fmt: skip


def _report(raised: threading.ExceptHookArgs) -> None:
    """Leave out what ends TensorBoard's thread: the next call to its writer raises it again."""
    if not type(raised.thread).__module__.startswith("tensorboard."):
        threading.__excepthook__(raised)


class Log:
    """Event files in `folder`; what an earlier sitting wrote from step `start` on is void.

    Raises BadInput where they cannot be written, in whichever call follows.
    """

    def __init__(self, folder: Path, start: int) -> None:
        self.folder = folder
        if threading.excepthook is threading.__excepthook__:  # another one is left alone
            threading.excepthook = _report
        with self._writing():
            self.writer = SummaryWriter(folder, purge_step=start)

    def __enter__(self) -> "Log":
        return self

    def __exit__(self, failed: object, *_: object) -> None:
        with suppress(OSError) if failed else self._writing():
            self.writer.flush()
            self.writer.close()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise BadInput(
                f"{self.folder}: cannot be written ({error.strerror}); make room and run it again."
            ) from error

    def step(self, step: int, loss: float, epe: float, rate: float) -> None:
        """What one optimiser step showed; `rate` is the first learning rate."""
        with self._writing():
            self.writer.add_scalar("train/loss", loss, step)
            self.writer.add_scalar("train/epe_px", epe, step)
            self.writer.add_scalar("train/learning_rate", rate, step)

    def validation(self, step: int, metrics: Metrics, examples: list[Example]) -> None:
        """All metrics, and of each example disparity, ground truth and error in KITTI's colours."""
        with self._writing():
            for name, value in asdict(metrics).items():
                self.writer.add_scalar(f"validation/{UNITS[name]}", value, step)
            for each in examples:
                largest = float(each.truth.max()) or None
                pictures = {
                    "disparity": colour_disparity(each.disparity, largest),
                    "truth": colour_disparity(each.truth, largest),
                    "error": colour_error(each.disparity, each.truth, each.valid),
                }
                for kind, picture in pictures.items():
                    self.writer.add_image(f"{each.name}/{kind}", picture, step, dataformats="HWC")
