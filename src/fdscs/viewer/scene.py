"""What the page shows of a build and a pair, each part made when it is asked for."""

import json
from functools import cached_property, lru_cache
from io import BytesIO
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fdscs.backends.reference import ReferenceBackend
from fdscs.evaluation.consistency import confidence, disagreement, right_disparity
from fdscs.evaluation.metrics import measure
from fdscs.evaluation.pictures import colour_disparity, colour_error
from fdscs.evaluation.views import judge
from fdscs.export.build import Build
from fdscs.geometry.rig import Rig
from fdscs.hls_reference.run import declared_width, run_images
from fdscs.model.graph import Conv2d
from fdscs.stereo_datasets.pair import StereoPair

MOST_POINTS = 150_000
KEPT = 6  # tensors in memory


class Scene:
    """A pair through a build's integers; without a `rig`, a made-up one gives points a shape."""

    def __init__(self, build: Build, pair: StereoPair, rig: Rig | None = None) -> None:
        self.backend = ReferenceBackend(build.graph, build.params)
        self.pair, self.rig, self.title = pair, rig, build.folder.name
        self.disparity = self.backend.disparity_px(pair.left, pair.right)
        self._lock = Lock()
        self._tensor = lru_cache(KEPT)(self._computed)

    def facts(self) -> dict[str, Any]:
        """Everything but pictures: sizes, figures, and the tensors with their formats."""
        pair, (rows, columns) = self.pair, self.pair.size
        verdict = judge(self.backend, pair, self.disparity, self._difference)
        found: dict[str, Any] = {
            "build": self.title, "pair": pair.name, "rows": rows, "columns": columns,
            "least": float(self.disparity.min()), "largest": float(self.disparity.max()),
            "leftRight": verdict.agreement, "faults": verdict.faults, "tensors": self.tensors,
            "metres": self.rig is not None, "truth": pair.disparity is not None,
        }  # fmt: skip
        if pair.disparity is not None and pair.valid is not None and pair.valid.any():
            figures = measure(self.disparity, pair.disparity, pair.valid)
            found |= {"epe": figures.epe, "d1": figures.d1}
        return found

    @cached_property
    def tensors(self) -> list[dict[str, Any]]:
        """Name, operation, shape (C, rows, columns) and format of every tensor, in order."""
        graph = self.backend.graph
        shapes = graph.shapes(*self.pair.size)
        found = []
        for node in graph.nodes:
            bits, signed = declared_width(graph, node)
            step = None if isinstance(node, Conv2d) else graph.format_of(node.name).step
            found.append(
                {"name": node.name, "operation": type(node).__name__, "bits": bits,
                 "signed": signed, "step": step, "shape": list(shapes[node.name])}
            )  # fmt: skip
        return found

    def picture(self, name: str) -> bytes:
        """left, right, disparity, confidence, truth or error as PNG; KeyError for another."""
        pair = self.pair
        top = max(float(np.percentile(self.disparity, 99)), 1.0)
        made = {
            "left": lambda: pair.left,
            "right": lambda: pair.right,
            "disparity": lambda: colour_disparity(self.disparity, top),
            "confidence": lambda: np.rint(255 * confidence(self._difference)).astype(np.uint8),
        }
        if pair.disparity is not None and pair.valid is not None:
            truth, valid = pair.disparity, pair.valid
            made["truth"] = lambda: colour_disparity(truth, top) * valid[..., None]
            made["error"] = lambda: colour_error(self.disparity, truth, valid)
        return _png(made[name]())

    def values(self) -> bytes:
        """Disparity as little-endian float32, rows from the top."""
        return self.disparity.astype("<f4").tobytes()

    def points(self) -> bytes:
        """At most MOST_POINTS points: float32 x, y, z for each, then uint8 r, g, b for each."""
        rows, columns = self.pair.size
        rig = self.rig or Rig(columns, columns, columns / 2, rows / 2, 0.1)
        points, colours = rig.points(self.disparity, self.pair.left)
        every = -(-len(points) // MOST_POINTS) or 1
        return points[::every].astype("<f4").tobytes() + colours[::every].tobytes()

    def channel(self, name: str, channel: int) -> tuple[bytes, dict[str, Any]]:
        """One channel of a tensor as PNG, dark to bright from its least to its largest code.

        And what it holds: least, largest, mean, and how many of 16 equal bins each. KeyError for
        a name or channel that does not exist.
        """
        shape = next((each["shape"] for each in self.tensors if each["name"] == name), None)
        if shape is None or not 0 <= channel < shape[0]:
            raise KeyError(name)
        with self._lock:  # one tensor at a time is computed
            codes = self._tensor(name)[channel].astype(np.int64)
        low, high = int(codes.min()), int(codes.max())
        shown = (codes - low) * 255 // max(high - low, 1)
        counts = np.histogram(codes, 16, (low, max(high, low + 1)))[0].tolist()
        facts = {"least": low, "largest": high, "mean": float(codes.mean()), "counts": counts}
        return _png(shown.astype(np.uint8)), facts

    def json(self) -> bytes:
        """`facts` as JSON."""
        return json.dumps(self.facts()).encode()

    @cached_property
    def _difference(self) -> NDArray[np.float32]:
        of_right = right_disparity(self.backend, self.pair.left, self.pair.right)
        return disagreement(self.disparity, of_right)

    def _computed(self, name: str) -> NDArray[Any]:
        backend, pair = self.backend, self.pair
        return run_images(backend.graph, backend.params, pair.left, pair.right, (name,))[name]


def _png(picture: NDArray[Any]) -> bytes:
    memory = BytesIO()
    Image.fromarray(np.ascontiguousarray(picture)).save(memory, format="PNG", compress_level=1)
    return memory.getvalue()
