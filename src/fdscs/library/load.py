"""Opening what lies in files: builds and checkpoints."""

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from fdscs.export.build import MANIFEST, read_build
from fdscs.library.build import Build
from fdscs.storage.errors import BadInput
from fdscs.storage.extras import needed_by

if TYPE_CHECKING:
    from fdscs.library.networks import StereoNetwork


def load(path: str | PathLike[str]) -> Build:
    """The build in the folder `path`, as `fdscs export` makes it; every hash is verified.

    Raises BadInput, naming the first fault, for anything else.
    """
    folder = Path(path)
    if folder.is_file():
        raise BadInput(
            f"{folder}: is a file; give the folder that `fdscs export` made, or open a checkpoint "
            "with fdscs.load_network."
        )
    found = read_build(folder)
    return Build(found.folder, found.graph, found.params, found.manifest)


def load_network(checkpoint: str | PathLike[str]) -> "StereoNetwork":
    """The network of a checkpoint, float or quantised, as a torch module in evaluation mode.

    It takes batches of pictures, uint8 (N, 3, H, W), and gives disparity (N, 1, H, W) in px. A
    checkpoint that training left unfolded keeps its batch norms. Raises BadInput for a file that
    is no checkpoint of this program.
    """
    with needed_by("fdscs.load_network"):
        from fdscs.library.networks import network_of  # PyTorch, and only here

    path = Path(checkpoint)
    if (path / MANIFEST).is_file():
        raise BadInput(f"{path}: is a build; use fdscs.load(path).quant_network() for its network.")
    return network_of(path)
