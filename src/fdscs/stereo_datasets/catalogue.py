"""All data sets by name."""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from fdscs.stereo_datasets.dataset import StereoDataset
from fdscs.stereo_datasets.eth3d import find_eth3d
from fdscs.stereo_datasets.filelist import find_listed
from fdscs.stereo_datasets.folder import find_folder
from fdscs.stereo_datasets.kitti import find_kitti2012, find_kitti2015
from fdscs.stereo_datasets.middlebury import (
    find_middlebury2003,
    find_middlebury2006,
    find_middlebury2014,
    find_middlebury2021,
)
from fdscs.stereo_datasets.motorcycle import find_motorcycle
from fdscs.stereo_datasets.pair import StereoPair
from fdscs.stereo_datasets.sceneflow import find_sceneflow
from fdscs.stereo_datasets.synthetic import SyntheticPairs
from fdscs.stereo_datasets.trees import (
    find_drivingstereo,
    find_instereo2k,
    find_sceneflow_subset,
    find_spring,
    find_virtual_kitti2,
)
from fdscs.storage.errors import BadInput


@dataclass(frozen=True)
class DatasetKind:
    """How to open a data set: `find(root, **options)`, or `find(**options)` without files."""

    help: str
    find: Callable[..., StereoDataset]
    needs_root: bool = True

    @property
    def options(self) -> list[str]:
        """What `open_dataset` may be told of it."""
        parameters = list(inspect.signature(self.find).parameters)[int(self.needs_root) :]
        fixed = self.find.keywords if isinstance(self.find, partial) else {}
        return [name for name in parameters if name not in ("name", *fixed)]


DATASETS: dict[str, DatasetKind] = {
    "kitti2015": DatasetKind("KITTI 2015: colour street scenes, laser truth.", find_kitti2015),
    "kitti2012": DatasetKind("KITTI 2012: gray or colour streets, laser truth.", find_kitti2012),
    "sceneflow": DatasetKind("Scene Flow: rendered scenes, dense truth.", find_sceneflow),
    "flyingthings3d": DatasetKind(
        "FlyingThings3D, of Scene Flow.", partial(find_sceneflow, name="flyingthings3d")
    ),
    "driving": DatasetKind("Driving, of Scene Flow.", partial(find_sceneflow, name="driving")),
    "monkaa": DatasetKind("Monkaa, of Scene Flow.", partial(find_sceneflow, name="monkaa")),
    "middlebury2003": DatasetKind("Middlebury 2003: cones, teddy, tsukuba.", find_middlebury2003),
    "middlebury2014": DatasetKind("Middlebury 2014: indoor scenes.", find_middlebury2014),
    "middlebury2006": DatasetKind("Middlebury 2005 and 2006: view1, view5.", find_middlebury2006),
    "middlebury2021": DatasetKind("Middlebury 2021: indoor scenes.", find_middlebury2021),
    "instereo2k": DatasetKind("InStereo2K: indoor scenes.", find_instereo2k),
    "drivingstereo": DatasetKind("DrivingStereo: streets, laser truth.", find_drivingstereo),
    "virtualkitti2": DatasetKind("Virtual KITTI 2: rendered streets.", find_virtual_kitti2),
    "spring": DatasetKind("Spring: rendered scenes.", find_spring),
    "sceneflow-subset": DatasetKind("FlyingThings3D's subset, of DispNet.", find_sceneflow_subset),
    "eth3d": DatasetKind("ETH3D two-view: gray scenes, laser truth.", find_eth3d),
    "motorcycle": DatasetKind(
        "The pair that scikit-image ships; no files.", find_motorcycle, False
    ),
    "folder": DatasetKind("Your pairs: left/, right/ and disparity/.", find_folder),
    "list": DatasetKind("A text file that lists left, right, disparity.", find_listed),
    "synthetic": DatasetKind(
        "Made-up pairs with exact truth, 32 by default; no files.", SyntheticPairs, False
    ),
}


@dataclass(frozen=True)
class Subset:
    """Some pairs of a data set, by position."""

    dataset: StereoDataset
    indices: tuple[int, ...]

    @property
    def name(self) -> str:
        return self.dataset.name

    def ids(self) -> list[str]:
        ids = self.dataset.ids()
        return [ids[index] for index in self.indices]

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, index: int) -> StereoPair:
        return self.dataset[self.indices[index]]


def open_dataset(name: str, root: Path | None = None, **options: Any) -> StereoDataset:
    """The data set called `name` in `root`: its folder, or the text file of a "list".

    `options` go to the data set's own function. Raises BadInput for a name or option that does
    not exist, for a root that is missing or not wanted, and where there are no pairs.
    """
    kind = DATASETS.get(name)
    if kind is None:
        raise BadInput(f"{name}: is no data set; choose one of {', '.join(DATASETS)}.")
    if kind.needs_root and root is None:
        raise BadInput(f"{name}: needs the folder or file that holds it; give its root (--root).")
    if not kind.needs_root and root is not None:
        raise BadInput(f"{name}: reads no files, but {root} was given; leave it out.")
    _check_options(name, kind, options)
    return kind.find(root, **options) if kind.needs_root else kind.find(**options)


def select(
    dataset: StereoDataset, ids: Sequence[str] | None = None, limit: int | None = None
) -> StereoDataset:
    """The pairs called `ids`, in that order (default all), and of these the first `limit`.

    Raises BadInput for an id that the data set does not have and for a limit below 1.
    """
    if limit is not None and limit < 1:
        raise BadInput(f"{dataset.name}: a limit of {limit} leaves no pairs; it must be above 0.")
    if ids is None:
        return Subset(dataset, tuple(range(len(dataset)))[:limit])
    positions = {id_: index for index, id_ in enumerate(dataset.ids())}
    for id_ in ids:
        if id_ not in positions:
            raise BadInput(
                f"{dataset.name}: has no pair called {id_}; "
                f"it has {len(positions)}, from {min(positions)} to {max(positions)}; choose one."
            )
    return Subset(dataset, tuple(positions[id_] for id_ in ids)[:limit])


def _check_options(name: str, kind: DatasetKind, options: dict[str, Any]) -> None:
    known = kind.options
    for option in options:
        if option not in known:
            raise BadInput(
                f"{name}: has no option {option!r}; it has {', '.join(known) or 'none'}; "
                "choose of these."
            )
    parameters = list(inspect.signature(kind.find).parameters.values())[int(kind.needs_root) :]
    for parameter in parameters:
        if parameter.default is parameter.empty and parameter.name not in options:
            raise BadInput(f"{name}: needs the option {parameter.name}; give it.")
