"""hardware/ports.py: the sizes that registers let pass, and a map that documents and code share."""

from pathlib import Path

import pytest

from fdscs.hardware.ports import Ports, least_size
from fdscs.hardware.registers import ERRORS, REGISTERS, size_word
from fdscs.model.config import LITE, PAPER, Architecture
from fdscs.model.fdscs import build_graph
from fdscs.model.graph import Graph
from fdscs.model.images import check_size
from fdscs.storage.errors import BadInput

ROOT = Path(__file__).parents[2]


def taken(graph: Graph, rows: int, columns: int) -> bool:
    try:
        check_size(graph, rows, columns)
    except BadInput:
        return False
    return True


@pytest.mark.parametrize(
    "architecture",
    [PAPER.architecture, LITE.architecture, Architecture(disparities=4, unet=(2,) * 6),
     Architecture(disparities=12, unet=(4, 6))],
)  # fmt: skip
def test_from_the_least_size_on_the_network_takes_every_size(architecture: Architecture) -> None:
    graph = build_graph(architecture)
    rows, columns = least_size(graph)
    assert all(taken(graph, each, 512) for each in range(rows, 200))
    assert all(taken(graph, 512, each) for each in range(columns, columns + 200))
    assert not taken(graph, rows - 1, 512) and not taken(graph, 512, columns - 1)


def test_a_size_as_a_word() -> None:
    assert size_word(375, 1242) == 0x04DA0177


def test_each_form_has_its_own_options() -> None:
    forms = {
        Ports(bits, colours, tlast).options
        for bits in (24, 32)
        for colours in ("rgb", "gbr")
        for tlast in ("line", "frame")
    }
    assert forms == set(range(8)) and Ports().options == 0


def test_the_documents_have_the_same_map() -> None:
    page = (ROOT / "docs" / "rtl.md").read_text(encoding="utf-8")
    for each in REGISTERS:
        assert f"| 0x{each.address:02X} | {each.name} | {each.access} | {each.meaning} |" in page
    for bit, meaning in enumerate(ERRORS):
        assert f"| {bit} | {meaning} |" in page
