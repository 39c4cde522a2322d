"""A data set: named stereo pairs, each read when it is asked for."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from fdscs.stereo_datasets.images import SUFFIXES
from fdscs.stereo_datasets.pair import StereoPair
from fdscs.storage.errors import BadInput


class StereoDataset(Protocol):
    """A sequence of pairs; `dataset[i]` may read files and raise BadInput."""

    @property
    def name(self) -> str: ...

    def ids(self) -> list[str]: ...

    def __len__(self) -> int: ...

    def __getitem__(self, index: int) -> StereoPair: ...


@dataclass(frozen=True)
class Entry:
    """One pair of a data set; `load` reads it."""

    id: str
    load: Callable[[], StereoPair]


@dataclass(frozen=True)
class FileDataset:
    """Pairs that lie in files. Raises BadInput where two entries have the same id."""

    name: str
    entries: tuple[Entry, ...]
    notes: tuple[str, ...] = ()  # what was found, and what of it was passed over

    def __post_init__(self) -> None:
        seen: set[str] = set()
        for entry in self.entries:
            if entry.id in seen:
                raise BadInput(f"{self.name}: two pairs are called {entry.id}; keep one of them.")
            seen.add(entry.id)

    def ids(self) -> list[str]:
        return [entry.id for entry in self.entries]

    def __len__(self) -> int:
        return len(self.entries)

    def __getitem__(self, index: int) -> StereoPair:
        return self.entries[index].load()


def notes_of(dataset: StereoDataset) -> tuple[str, ...]:
    """What is to be said of the files of a data set, or of the one that it is a subset of."""
    whole = getattr(dataset, "dataset", dataset)
    parts = getattr(whole, "parts", None)
    if parts is not None:
        return tuple(note for part in parts for note in notes_of(part))
    return getattr(whole, "notes", ())


def found_in(
    root: Path, name: str, entries: Iterable[Entry], expected: str, notes: Iterable[str] = ()
) -> FileDataset:
    """The data set of `entries`, or BadInput naming `root` and the `expected` files."""
    found = tuple(entries)
    try:
        dataset = FileDataset(name, found, tuple(notes))
    except BadInput as error:
        raise BadInput(f"{root}: {error}") from error
    if not dataset.entries:
        raise BadInput(f"{root}: holds no pairs of {name}; expected {expected}.")
    return dataset


def check_folder(root: Path) -> None:
    """Raise BadInput where `root` is not a folder."""
    if not root.is_dir():
        raise BadInput(f"{root}: is not a folder; give the folder that holds the data set.")


def subfolders_of(root: Path) -> list[Path]:
    """The folders in `root` in order of name. Raises BadInput where it is not a folder."""
    check_folder(root)
    return [path for path in _listed(root) if path.is_dir()]


def pictures_in(folder: Path) -> list[Path]:
    """The picture files in `folder` in order of name."""
    return [path for path in _listed(folder) if path.suffix.lower() in SUFFIXES]


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        raise BadInput(f"{folder}: cannot be listed ({error.strerror}); give a folder.") from error
