"""block_sum against the reference: odd and even sizes."""

from pathlib import Path

import numpy as np

from fdscs.hardware.dataflow import Codes
from fdscs.hls_reference.ops.block_sum import block_sum
from fdscs.model import graph as g
from fdscs.vectors.words import Lanes
from tests.accelerator.ops.cases import Operation, scheduled

SIZES = [(1, 1), (1, 2), (2, 1), (2, 2), (3, 5), (4, 7), (7, 4), (6, 8)]


def test_equals_the_reference(operation: type[Operation], tmp_path: Path) -> None:
    made = operation(
        tmp_path, "block_sum", {"sum": Codes(10, False), "max_columns": 4},
        {"in": Lanes(3, 3, 8, False)}, {"out": Lanes(3, 3, 10, False)},
        lambda tensors, rows, columns: [block_sum(tensors[0].astype(np.uint8))],
        scheduled(g.BlockSum),
    )  # fmt: skip
    rng = np.random.default_rng(0)
    made.check(lambda *size: [rng.choice([0, 1, 128, 255], (3, *size))], SIZES)
