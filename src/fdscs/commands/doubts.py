"""What is wrong with pairs that are learnt from, before any work."""

import math

from fdscs.evaluation.views import faults
from fdscs.model.config import Config
from fdscs.stereo_datasets.dataset import StereoDataset
from fdscs.stereo_datasets.mixed import parts_of, spread
from fdscs.storage.progress import track, warn
from fdscs.training.pairs import Data

LOOKED_AT = 8  # pairs, evenly spread over the data sets


def warn_of_views(dataset: StereoDataset) -> None:
    """Name what is wrong with the views of some pairs: swapped, one picture twice, off their rows.

    Made-up pairs are right by construction.
    """
    for part in parts_of(dataset):
        if part.name == "synthetic":
            continue
        for index in track(spread(part, LOOKED_AT), f"looking at {part.name}"):
            pair = part[index]
            for fault in faults(pair, 100.0, math.inf):
                warn(f"{pair.name}: {fault}")


def refuse_misfits(config: Config, data: Data) -> None:
    """Raise BadInput, before the first step, where ground truth is not fit to learn from."""
    from fdscs.training.data import check_truth

    if config.training.distils:  # ground truth is not what is learnt
        return
    for dataset in (data.train, data.validation):
        for part in parts_of(dataset):
            if part.name != "synthetic":  # exact by construction
                check_truth(part)
