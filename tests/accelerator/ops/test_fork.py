"""fork: both readers get every word."""

from pathlib import Path

import numpy as np

from fdscs.hardware.cycles import pixel_by_pixel
from fdscs.hardware.dataflow import Codes, Grid, Word
from fdscs.vectors.words import Lanes
from tests.accelerator.ops.cases import Operation, halves


def test_both_readers_get_every_word(operation: type[Operation], tmp_path: Path) -> None:
    port = Lanes(5, 2, 8, False)
    parameters = {"grid": Grid(), "words": 3, "word": Word(Codes(8, False), 2), "max_columns": 16}
    made = operation(
        tmp_path, "fork", parameters, {"in": port}, {"first": port, "second": port},
        lambda tensors, rows, columns: 2 * list(tensors), pixel_by_pixel,
    )  # fmt: skip
    rng = np.random.default_rng(0)
    made.check(lambda *size: [rng.integers(0, 256, (5, *halves(*size)))], [(6, 8), (1, 1)])
