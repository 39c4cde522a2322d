"""The pairs of a run: those that options name, else those of the configuration."""

from pathlib import Path
from typing import Any

from fdscs.commands.options import DatasetName, listed, parts_chosen
from fdscs.model.config import Config, Source, Training
from fdscs.stereo_datasets.catalogue import DATASETS, open_dataset, select
from fdscs.stereo_datasets.dataset import StereoDataset
from fdscs.stereo_datasets.mixed import mixed
from fdscs.stereo_datasets.synthetic import SyntheticPairs
from fdscs.storage.errors import BadInput
from fdscs.training.pairs import Data


def data_for(
    config: Config,
    datasets: list[DatasetName] | None,
    roots: list[Path] | None,
    ids: str | None,
    limit: int | None,
    excluded: str | None,
    said: dict[str, Any] | None = None,
) -> Data:
    """What a run trains on and is validated on; `said` of the files of its data sets."""
    names = [each.value for each in datasets or []]
    if names == ["synthetic"]:
        return synthetic_data(config)
    if datasets:
        return training_data(
            parts_chosen(datasets, roots, ids, limit, excluded, said), config.training
        )
    if not config.data.train:
        raise BadInput("neither --dataset nor the configuration names pairs to train on; give one.")
    if ids or limit or excluded or said:
        raise BadInput(
            "--list, --limit, --exclude and what is said of files go with --dataset; leave them to "
            "the configuration."
        )
    return data_of_recipe(config, roots)


def data_of_recipe(config: Config, roots: list[Path] | None) -> Data:
    """The pairs that the configuration names, each data set in the next of `roots`."""
    sources = config.data
    folders = _folders([*sources.train, *sources.validation], roots)
    parts = [_opened(source, folders) for source in sources.train]
    if not sources.validation:
        return training_data(parts, config.training)
    kept = [_opened(source, folders) for source in sources.validation]
    for part in kept:
        _check_truth(part, config.training)
    return Data(mixed(parts), mixed(kept))


def training_data(parts: list[StereoDataset], training: Training) -> Data:
    """Pairs to train on, and pairs kept from it."""
    rest, kept = [], []
    for part in parts:
        names = part.ids()[::10][:8]
        kept.append(select(part, names))
        rest.append(select(part, [name for name in part.ids() if name not in names]))
        _check_truth(kept[-1], training)
    data = Data(mixed([part for part in rest if len(part)] or rest), mixed(kept))
    if not len(data.train):
        count = len(data.validation)
        raise BadInput(
            f"{data.validation.name}: {count} pairs; give two at least, one to validate on."
        )
    return data


def synthetic_data(config: Config, validation_pairs: int = 8) -> Data:
    """Made-up pairs of the crop's size, with disparities up to what the network can see."""
    training = config.training
    rows, columns = training.crop
    reach = (2 * config.architecture.disparities - 2) / training.max_scale
    largest = min(reach, columns / 3)

    def pairs(count: int, seed: int) -> SyntheticPairs:
        scenes = training.synthetic_scenes
        return SyntheticPairs(count, (rows, columns), largest, seed, scenes=scenes)

    return Data(
        pairs(training.synthetic_pairs, training.seed), pairs(validation_pairs, training.seed + 1)
    )


def _folders(sources: list[Source], roots: list[Path] | None) -> dict[str, Path]:
    """The folder of every data set whose source names none, in the order of the sources."""
    for source in sources:
        if source.dataset not in DATASETS:
            raise BadInput(
                f"{source.dataset}: is no data set; choose one of {', '.join(DATASETS)}."
            )
    needing = [each.dataset for each in sources if DATASETS[each.dataset].needs_root]
    unnamed = {each.dataset for each in sources if each.root is None}
    names = [name for name in dict.fromkeys(needing) if name in unnamed]
    if len(names) != len(roots or []):
        raise BadInput(
            f"{len(roots or [])} --root given, {len(names)} needed by the configuration: "
            f"{', '.join(names) or 'none'}, in this order."
        )
    return dict(zip(names, roots or [], strict=True))


def _opened(source: Source, folders: dict[str, Path]) -> StereoDataset:
    root = Path(source.root) if source.root else folders.get(source.dataset)
    dataset = open_dataset(source.dataset, root, **source.options)
    return select(dataset, listed(source.ids), source.limit)


def _check_truth(kept: StereoDataset, training: Training) -> None:
    for index, name in enumerate(kept.ids()):
        if not training.distils and kept[index].disparity is None:
            raise BadInput(
                f"{name}: has no ground truth to validate on; leave it out with --exclude."
            )
