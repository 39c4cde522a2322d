"""rtl/ops as a whole: Verilator finds nothing; files say their contract, refuse wrong sizes."""

import re

import pytest

from fdscs.accelerator.rtl.instances import LATENCY, module
from fdscs.accelerator.rtl.verilator import LIBRARY, compiled, library, lint
from fdscs.storage.errors import BadInput

OPERATIONS = [module(name) for name in LATENCY] + ["conv2d", "conv2d_pairs"]
MODULES = sorted(path.stem for path in LIBRARY.glob("*.sv"))


@pytest.mark.parametrize("name", [*OPERATIONS, "stream_fifo", "axi_stream"])
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
        ("grid_size #(.MULTIPLE(12)) it ()", "grid_size: MULTIPLE 12 is no power of two"),
    ],
)
def test_wrong_sizes_are_refused(instance: str, said: str) -> None:
    with pytest.raises(BadInput, match=re.escape(said)):
        compiled(f"module top; {instance}; endmodule\n", "int main() {}")
