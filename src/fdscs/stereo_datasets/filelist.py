"""Pairs named in a text file, one a line: left, right and optionally disparity."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path, PurePath

from fdscs.stereo_datasets.dataset import Entry, FileDataset, check_folder, found_in
from fdscs.stereo_datasets.folder import load_pair
from fdscs.storage.errors import BadInput


def find_listed(file: Path, folder: Path | None = None) -> FileDataset:
    """The pairs listed in `file`; an id is the left file as written, without its suffix.

    Paths are separated by white space and so must not contain any; relative ones start at
    `folder`, by default the list's own. Blank lines and lines that begin with # are skipped.
    Disparity is a PFM or a 16-bit PNG as KITTI writes it. Raises BadInput for a line that is
    neither, naming it.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(
            f"{file}: cannot be read as a text file that lists pairs; give one."
        ) from error
    if folder is not None:
        check_folder(folder)
    entries = _entries(file, lines, folder or file.parent)
    return found_in(file, "list", entries, "lines of the form: left right disparity")


def _entries(file: Path, lines: list[str], folder: Path) -> Iterator[Entry]:
    for number, line in enumerate(lines, start=1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if len(words) not in (2, 3):
            raise BadInput(
                f"{file}: line {number} names {len(words)} files; "
                "it must name left, right and optionally disparity."
            )
        left, right, *disparity = (folder / word for word in words)
        id_ = PurePath(words[0]).with_suffix("").as_posix()
        yield Entry(id_, partial(load_pair, id_, left, right, disparity[0] if disparity else None))
