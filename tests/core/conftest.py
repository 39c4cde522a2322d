"""A build that needs no PyTorch, and images for it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fdscs.export.build import parameter_shapes, write_build
from fdscs.model.config import Architecture
from fdscs.model.fdscs import build_graph
from fdscs.quantization.bounds import accumulator_bounds


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """The folder of a small build with random integers: no checkpoint, no ONNX."""
    graph = build_graph(Architecture(disparities=4, encoder=(2,), context=(2,), unet=(2, 3)))
    rng = np.random.default_rng(0)
    params = {
        name: rng.integers(3, 6, shape, dtype=np.uint8)
        if name.endswith(".shift")
        else rng.integers(-20, 30, shape, dtype=np.int8)
        for name, shape in parameter_shapes(graph).items()
    }
    bounds = accumulator_bounds(graph, params)
    graph = graph.with_accumulators({name: bound.bits for name, bound in bounds.items()})
    write_build(tmp_path / "build", graph, params, {"image_size": [48, 96]})
    return tmp_path / "build"


@pytest.fixture
def views(
    tmp_path: Path, random_images: Callable[..., tuple[np.ndarray, np.ndarray]]
) -> tuple[object, ...]:
    """Options that name two images of 48x96."""
    options: list[object] = []
    for side, image in zip(("left", "right"), random_images(48, 96), strict=True):
        Image.fromarray(image).save(tmp_path / f"{side}.png")
        options += [f"--{side}", tmp_path / f"{side}.png"]
    return tuple(options)
