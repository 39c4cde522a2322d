"""rtl/ops as a whole: Verilator finds nothing; files say their contract, refuse wrong sizes."""

import re

import pytest

from fdscs.accelerator.rtl.instances import LATENCY, module
from fdscs.accelerator.rtl.verilator import LIBRARY, compiled, library, lint
from fdscs.storage.errors import BadInput

OPERATIONS = [module(name) for name in LATENCY] + ["conv2d", "conv2d_pairs"]
MODULES = sorted(path.stem for path in LIBRARY.glob("*.sv"))


BORDERS = ["stream_fifo", "axi_stream", "axi_image", "axi_registers", "frame_control"]


@pytest.mark.parametrize("name", [*OPERATIONS, *BORDERS])
def test_verilator_has_nothing_to_say(name: str) -> None:
    assert lint(name, library(name)) == ""


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_opens_with_its_contract_and_latency(name: str) -> None:
    text = (LIBRARY / f"{name}.sv").read_text()
    head = text[: text.index("\nmodule ")]
    assert "Reads valid/ready, writes begins/push/room" in head
    said = re.search(r"Latency: (\d+)", head)
    assert said is not None
    if name in LATENCY:
        assert int(said[1]) == LATENCY[name]


@pytest.mark.parametrize("name", MODULES)
def test_a_file_holds_the_module_of_its_name(name: str) -> None:
    text = (LIBRARY / f"{name}.sv").read_text()
    assert re.findall(r"^module (\w+)", text, re.M) == [name]
    assert text.startswith("// ")


@pytest.mark.parametrize(
    ("instance", "said"),
    [
        ("stream_fifo #(.DEPTH(1)) it ()", "stream_fifo: DEPTH 1 is below 2"),
        ("conv2d #(.KERNEL(2)) it ()", "KERNEL 2 is neither 1 nor 3"),
        ("conv2d #(.SIMD(9)) it ()", "conv2d: SIMD 9 x PE 2 of 4 x 4 channels"),
        ("cost_volume #(.LANES(4)) it ()", "cost_volume: LANES 4 are no whole disparities"),
        ("depth_to_space #(.LANES(3)) it ()", "3 lanes do not divide 4 channels"),
        ("concat #(.OUT_BITS(8)) it ()", "concat: an input does not fit the output"),
        ("axi_image #(.TDATA_BITS(16)) it ()", "axi_image: TDATA_BITS 16 is neither 24 nor 32"),
        ("grid_size #(.MULTIPLE(12)) it ()", "grid_size: MULTIPLE 12 is no power of two"),
    ],
)
def test_wrong_sizes_are_refused(instance: str, said: str) -> None:
    with pytest.raises(BadInput, match=re.escape(said)):
        compiled(f"module top; {instance}; endmodule\n", "int main() {}")


@pytest.mark.parametrize("name", MODULES)
def test_names_are_declared_before_they_are_used(name: str) -> None:
    """Verilator forgives it; other tools make a wire of one bit, or stop."""
    text = re.sub(r"//[^\n]*|/\*.*?\*/|\"[^\"]*\"", "", (LIBRARY / f"{name}.sv").read_text())
    body = text[text.index(");") :]
    early = [
        found
        for place, found in declared(body)
        if re.search(rf"(?<![.\w']){found}\b|\.{found}\s*[,)]", body[:place])
    ]
    assert early == []


def declared(body: str) -> list[tuple[int, str]]:
    """Names of a module's first declarations, and where they are."""
    places: dict[str, int] = {}
    for match in re.finditer(r"\b(?:logic|wire|localparam)\b([^;]*);", body):
        flat = re.sub(r"\[[^\]]*\]", " ", match[1])
        while re.search(r"\([^()]*\)|\{[^{}]*\}", flat):
            flat = re.sub(r"\([^()]*\)|\{[^{}]*\}", " ", flat)
        for part in flat.split(","):
            words = re.findall(r"\w+", part.partition("=")[0])
            if words:
                places.setdefault(words[-1], match.start())
    return [(place, found) for found, place in places.items()]
