"""TensorBoard's record of a phase: scalars of every step, scalars and pictures of validations."""

from dataclasses import asdict
from pathlib import Path

from torch.utils.tensorboard import SummaryWriter

from evaluation.metrics import Metrics
from evaluation.pictures import colour_disparity, colour_error
from training.validation import Example

UNITS = {"epe": "epe_px", "d1": "d1_percent", "bad1": "bad1_percent", "bad2": "bad2_percent",
         "bad3": "bad3_percent"}  # fmt: skip


class Log:
    """Event files in `folder`; what an earlier sitting wrote from step `start` on is void."""

    def __init__(self, folder: Path, start: int) -> None:
        self.writer = SummaryWriter(folder, purge_step=start)

    def __enter__(self) -> "Log":
        return self

    def __exit__(self, *_: object) -> None:
        self.writer.close()

    def step(self, step: int, loss: float, epe: float, rate: float) -> None:
        """What one optimiser step showed; `rate` is the first learning rate."""
        self.writer.add_scalar("train/loss", loss, step)
        self.writer.add_scalar("train/epe_px", epe, step)
        self.writer.add_scalar("train/learning_rate", rate, step)

    def validation(self, step: int, metrics: Metrics, examples: list[Example]) -> None:
        """All metrics, and of each example disparity, ground truth and error in KITTI's colours."""
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
