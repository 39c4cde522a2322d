"""The CSV file: it comes back, and nothing else is taken for it."""

from pathlib import Path

import pytest

from fdscs.calibration.sensitivity_table import (
    ACTIVATIONS,
    WEIGHTS,
    Measurement,
    read_table,
    write_table,
)
from fdscs.storage.errors import BadInput

ROWS = [
    Measurement("enc0", WEIGHTS, 4, 33.6777, 0.25, 1.5, 2.0, -1),
    Measurement("enc0", WEIGHTS, 8, 33.6777, 0.0, 1e-9, 0.0),
    Measurement("enc0", ACTIVATIONS, 4, 8.5, 0.125, 0.5, 1.0),
    Measurement("enc0", ACTIVATIONS, 8, 8.5, 0.0625, 0.25, 0.0),
]


def test_rows_come_back(tmp_path: Path) -> None:
    write_table(tmp_path / "s.csv", ROWS)
    assert read_table(tmp_path / "s.csv") == ROWS


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("layer,", "name,"),
        ("enc0,weights,4", "enc0,weights,four"),
        ("enc0,weights,4", "enc0,weights,1"),
        ("enc0,weights,4", "enc0,weights,5"),  # a width that other tensors do not have
        (",0.25,1.5,", ",nan,1.5,"),
        (",0.25,1.5,", ",0.25,-1,"),
        (",0.25,1.5,", ",0.25,"),
    ],
)
def test_damaged_tables_are_refused(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "s.csv"
    write_table(path, ROWS)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(BadInput, match="not a table of sensitivities"):
        read_table(path)


def test_other_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "binary.csv").write_bytes(bytes(range(256)))
    for name in ("empty.csv", "binary.csv", "absent.csv"):
        with pytest.raises(BadInput, match=name):
            read_table(tmp_path / name)
