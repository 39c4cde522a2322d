"""A build to work with: pictures in, disparity or any tensor of the datapath out."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from fdscs.backends.protocol import Backend
from fdscs.backends.registry import REGISTRY, open_on_build
from fdscs.export import build as artefact
from fdscs.hls_reference.run import Codes, run_images
from fdscs.library.pictures import checked_views
from fdscs.model.graph import Conv2d
from fdscs.stereo_datasets.pair import Disparity, Picture, StereoPair
from fdscs.storage.errors import BadInput

if TYPE_CHECKING:
    from fdscs.library.networks import StereoNetwork
    from fdscs.vectors.index import Index

BACKENDS = tuple(name for name in REGISTRY if name != "float")  # a build holds integers alone


@dataclass(frozen=True, eq=False, repr=False)
class Build(artefact.Build):
    """A network frozen to integers; `fdscs.load` opens one.

    `folder` is where it lies, `graph` the datapath (nodes with their formats and widths), `params`
    the integer weights, biases and shifts by name, `manifest` what the export recorded.
    """

    def __repr__(self) -> str:
        layers = len(self.graph.of_type(Conv2d))
        return f"<fdscs.Build {self.folder}: {layers} layers, {self.disparities} disparities>"

    @property
    def disparities(self) -> int:
        """How many are compared at half resolution, from 0: the cost volume's D."""
        return self.graph.disparities

    @property
    def largest_disparity(self) -> int:
        """The largest disparity that is compared, in pixels of the full resolution: 2·D − 2."""
        return self.graph.largest_disparity

    @property
    def least_columns(self) -> int:
        """How wide pictures must be at least: 2·D − 1 pixels."""
        return 2 * self.disparities - 1

    @property
    def names(self) -> tuple[str, ...]:
        """The tensors of the datapath, from "left" to "disparity", in the order of computation."""
        return tuple(node.name for node in self.graph.nodes)

    def predict(self, left: Picture, right: Picture, backend: str = "reference") -> Disparity:
        """Disparity of the left picture in pixels, float32 (H, W), exact: 16 bits fit.

        The pictures are rectified, uint8 (H, W, 3), RGB. Every back end gives the same values:
        "reference", "brevitas", "qonnx", "onnxruntime", "hls", "rtl" or "hls4ml"; it is opened, and
        compiled where that is its way, when it is first named. Raises BadInput for pictures that
        the network cannot take, and where the back end lacks something.
        """
        left, right = checked_views(self.graph, left, right)
        made: Disparity = self.backend(backend).disparity_px(left, right)
        return made

    def tensors(
        self, left: Picture, right: Picture, names: str | Iterable[str] | None = None
    ) -> Codes:
        """Tensors of the datapath by name, integers (C, rows, columns), by the reference.

        All there are, or the one or those of `names`, which takes less memory. They are codes of
        the tensor's format, `graph.format_of(name)`, and accumulators where the node is a
        convolution. Raises BadInput for pictures as `predict` does, and for an unknown name.
        """
        left, right = checked_views(self.graph, left, right)
        keep = (names,) if isinstance(names, str) else names if names is None else tuple(names)
        for name in keep or ():
            if name not in self.names:
                near = _suggestion(name, self.names)
                raise BadInput(f"no tensor is called {name!r}; {near}: choose one.")
        return run_images(self.graph, self.params, left, right, keep)

    def quant_network(self) -> "StereoNetwork":
        """The Brevitas network that the build came from, as a torch module; a new one each time.

        As `fdscs.load_network` gives it; trained further, it has to be exported anew.
        """
        from fdscs.library.networks import network_of  # PyTorch, and only here

        return network_of(self.folder / artefact.CHECKPOINT)

    def backend(self, name: str) -> Backend:
        """The back end `name`, opened once; raises BadInput where it lacks something."""
        if name not in BACKENDS:
            raise BadInput(f"no back end is called {name!r}; choose one of {', '.join(BACKENDS)}.")
        if name not in self._opened:
            self._opened[name] = open_on_build(name, self)
        return self._opened[name]

    def write_vectors(
        self, folder: str | PathLike[str], left: Picture, right: Picture, layers: Iterable[str] = ()
    ) -> "Index":
        """Write golden vectors of `layers` (all if empty) for a test bench, as `fdscs vectors`.

        Raises BadInput for pictures as `predict` does, for unknown layers, and for a folder with
        other files.
        """
        from fdscs.vectors.index import Images
        from fdscs.vectors.write import write_vectors

        pair = StereoPair("pair", *checked_views(self.graph, left, right))
        whole = Images(pair.title, *pair.size, 0, 0)
        return write_vectors(Path(folder), self, pair, whole, tuple(layers))

    @cached_property
    def _opened(self) -> dict[str, Backend]:
        return {}


def _suggestion(name: object, names: tuple[str, ...]) -> str:
    near = get_close_matches(str(name), names, n=3)
    return f"did you mean {' or '.join(near)}" if near else "build.names has them all"
