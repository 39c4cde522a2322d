"""A run: its folder, its data, and where an earlier sitting left off."""

import hashlib
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fdscs.model.config import Config, Training
from fdscs.model.config_file import config_from, config_to
from fdscs.stereo_datasets.dataset import StereoDataset
from fdscs.storage.errors import BadInput
from fdscs.training.data import Sampler, Share
from fdscs.training.pairs import Data
from fdscs.training.report import PhaseReport, read_report
from fdscs.training.state import load_state

STATE_FILE = "training.safetensors"


@dataclass
class Run:
    """Where a run keeps its files, the data it uses, and the phases it has finished."""

    folder: Path
    training: Training
    train: Sampler
    validation: StereoDataset
    header: dict[str, Any]  # goes into every saved state
    reports: list[PhaseReport] = field(default_factory=list)

    @property
    def state_file(self) -> Path:
        """The state from which a killed run goes on."""
        return self.folder / STATE_FILE

    @property
    def provenance(self) -> dict[str, Any]:
        """What checkpoints say of their origin."""
        return {"dataset": self.header["dataset"], "seed": self.training.seed}


def new_run(
    config: Config, data: Data, folder: Path, share: Share, workers: int, **header: Any
) -> Run:
    """A run in `folder`; what is in `header` must be the same when it goes on."""
    return Run(
        folder=folder,
        training=config.training,
        train=Sampler(data.train, config.training, stream=0, share=share, workers=workers),
        validation=data.validation,
        header={"config": config_to(config), "dataset": identity(data.train), **header},
    )


def identity(dataset: StereoDataset) -> dict[str, str]:
    """Name of a data set, and a hash of its ids and first pair: enough to tell it from another."""
    digest = hashlib.sha256("\n".join(dataset.ids()).encode())
    digest.update(dataset[0].left.tobytes() + dataset[0].right.tobytes())
    return {"name": dataset.name, "sha256": digest.hexdigest()}


def remove_run(folder: Path, results: Iterable[str], checkpoint: Path | None) -> None:
    """Remove the state and `results` of a run, files and folders of logs; nothing else is touched.

    Raises BadInput, with nothing removed, where the run would start from one of them.
    """
    places = [folder / name for name in (STATE_FILE, *results)]
    if checkpoint is not None and checkpoint.resolve() in [each.resolve() for each in places]:
        raise BadInput(
            f"{checkpoint}: belongs to the run that --restart removes; copy it elsewhere first."
        )
    for place in places:
        if place.is_dir():
            shutil.rmtree(place)
        else:
            place.unlink(missing_ok=True)


def where(run: Run, resume: bool, result: str) -> str | None:
    """The phase in which an earlier sitting stopped, or None for a fresh start.

    Its reports are taken over. Raises BadInput for a run that has ended with the file `result`,
    for an unfinished one without `resume`, and for one of another configuration or data set.
    """
    exists = run.state_file.is_file()
    if not exists and (run.folder / result).is_file():
        raise BadInput(
            f"{run.folder}: the run has ended; its result is {result}; add --restart to remove it "
            "and begin anew, or choose another folder."
        )
    if exists and not resume:
        raise BadInput(
            f"{run.folder}: holds an unfinished run; add --resume to go on with it, --restart to "
            "remove it and begin anew, or choose another folder."
        )
    if not exists:
        return None
    header = load_state(run.state_file).header
    saved = {key: header.get(key) for key in run.header}
    # Fields that a later version added have their defaults.
    saved["config"] = config_to(config_from(saved["config"], run.state_file))
    if saved != run.header:
        raise BadInput(
            f"{run.folder}: was started with another configuration or data set; give the same, or "
            "choose another folder."
        )
    run.reports = [read_report(each) for each in header.get("reports", [])]
    phase: str = header["phase"]
    return phase
