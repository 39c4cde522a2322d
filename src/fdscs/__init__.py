"""FDSCS stereo on FPGAs: train, export, and prove every layer bit-exact.

    build = fdscs.load("runs/demo/build")             # a folder made by `fdscs export`
    disparity = build.predict(left, right)            # float32 (H, W), px
    codes = build.tensors(left, right, ["enc0_relu"]) # integers (C, h, w), by name
    net = fdscs.load_network(fdscs.LITE_FLOAT)        # a torch module, to train on
    report = fdscs.check(build, [pair])               # every back end, tolerance 0

`left` and `right` are rectified pictures, uint8 (H, W, 3), RGB. What cannot be used raises
`fdscs.BadInput`, a ValueError whose one sentence says what was found and what is expected.

Importing fdscs loads nothing; each name below is imported when it is first used, and brings
PyTorch only where networks are asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fdscs.evaluation.metrics import Metrics
    from fdscs.library.build import Build
    from fdscs.library.checks import check
    from fdscs.library.datasets import datasets, open_dataset
    from fdscs.library.load import load, load_network
    from fdscs.library.metrics import measure
    from fdscs.library.pictures import read_image
    from fdscs.model.shipped import LITE_FLOAT
    from fdscs.stereo_datasets.pair import StereoPair
    from fdscs.storage.errors import BadInput

    __version__: str

__all__ = [
    "LITE_FLOAT",
    "BadInput",
    "Build",
    "Metrics",
    "StereoPair",
    "check",
    "datasets",
    "load",
    "load_network",
    "measure",
    "open_dataset",
    "read_image",
]

_HOMES = {  # name → the module that defines it
    "LITE_FLOAT": "fdscs.model.shipped",
    "BadInput": "fdscs.storage.errors",
    "Build": "fdscs.library.build",
    "Metrics": "fdscs.evaluation.metrics",
    "StereoPair": "fdscs.stereo_datasets.pair",
    "check": "fdscs.library.checks",
    "datasets": "fdscs.library.datasets",
    "load": "fdscs.library.load",
    "load_network": "fdscs.library.load",
    "measure": "fdscs.library.metrics",
    "open_dataset": "fdscs.library.datasets",
    "read_image": "fdscs.library.pictures",
}


if not TYPE_CHECKING:  # or any name would do for a type checker

    def __getattr__(name: str) -> object:
        """A public name, imported now; kept, so that this is asked once."""
        if name == "__version__":
            found: object = _version()
        elif name in _HOMES:
            from fdscs.storage.extras import needed_by

            with needed_by(f"fdscs.{name}"):
                found = getattr(import_module(_HOMES[name]), name)
        else:
            raise AttributeError(f"module 'fdscs' has no attribute {name!r}")
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    """The public names, imported yet or not."""
    return sorted([*__all__, "__version__"])


def _version() -> str:
    """That of the installed distribution; "unknown" where the sources are merely on the path."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("fdscs")
    except PackageNotFoundError:
        return "unknown"
