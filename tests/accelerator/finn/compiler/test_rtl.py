"""The RTL that FINN generates, simulated by Verilator against the reference, and faults in it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fdscs.accelerator.finn.compiler import rtl

pytestmark = pytest.mark.slow
TABLES = {"MVAU": "memblock.dat", "Thresholding": "*_threshs_0_0.dat"}


@pytest.fixture(scope="module")
def layers(job: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, rtl.Layer]:
    """One of each kind, compiled."""
    work = tmp_path_factory.mktemp("rtl")
    model, target = rtl.built(job, work)
    values = rtl.computed(model, job)
    found = (rtl.prepare(model, name, values, target, work) for name in rtl.one_of_each(model))
    return {layer.kind: layer for layer in found}


@pytest.fixture
def table(layers: dict[str, rtl.Layer], kind: str) -> Iterator[Path]:
    """A layer's file of weights or thresholds, restored afterwards."""
    (path,) = layers[kind].simulation.folder.glob(TABLES[kind])
    text = path.read_text()
    yield path
    path.write_text(text)


@pytest.mark.parametrize("kind", rtl.KINDS)
def test_rtl_makes_the_reference_word_by_word(layers: dict[str, rtl.Layer], kind: str):
    layer = layers[kind]
    result = rtl.check(layer)
    assert result.fault is None and result.differ == 0
    if kind in ("MVAU", "ConvolutionInputGenerator"):
        assert layer.source.layout.lanes > 1
    assert len(set(layer.made.codes.ravel().tolist())) > 5  # there is something to see
    assert result.cycles == pytest.approx(layer.interval, rel=0.03)


@pytest.mark.parametrize("kind", TABLES)
def test_a_number_changed_in_the_tables_is_seen(
    layers: dict[str, rtl.Layer], kind: str, table: Path
):
    layer, rows = layers[kind], table.read_text().splitlines()
    if kind == "MVAU":  # the lowest bit of a weight
        rows[0] = rows[0][:-1] + f"{int(rows[0][-1], 16) ^ 1:x}"
    else:  # the middle threshold of the channel whose codes vary most, with all bits inverted
        channels = layer.made.codes[:: layer.made.layout.lanes]
        varied = int(np.argmax([len(np.unique(each)) for each in channels]))
        rows[varied] = "".join(f"{15 - int(digit, 16):x}" for digit in rows[varied])
    table.write_text("\n".join(rows) + "\n")
    result = rtl.check(layer)
    assert result.differ > 0
    assert result.fault is not None and "first word" in result.fault


@pytest.mark.parametrize("kind", rtl.KINDS)
def test_a_code_changed_on_the_way_in_is_seen(layers: dict[str, rtl.Layer], kind: str):
    layer = layers[kind]
    codes = layer.source.codes.copy()
    codes.ravel()[np.argmax(codes)] = codes.min()
    result = rtl.check(replace(layer, source=replace(layer.source, codes=codes)))
    assert result.differ > 0
    assert result.fault is not None and "first word" in result.fault
