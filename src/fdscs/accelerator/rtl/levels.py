"""LUT levels between registers, in a netlist as Yosys' write_json has it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

# Combinational cells, by the beginnings of their types: LUTs that a path passes in one, and the
# initials of the inputs that it passes from, where not all are. Carry chains and a slice's
# multiplexers are no level.
LUTS = {
    "LUT": (1, ""), "INV": (0, ""), "CARRY": (0, ""), "MUXF": (0, ""),  # UltraScale+
    "RAM32": (1, "AD"), "RAM64": (1, "AD"), "RAM128": (1, "AD"), "RAM256": (1, "AD"),
    "SRL": (1, "A"),
    "PFUMX": (0, ""), "L6MUX21": (0, ""), "CCU2C": (0, ""), "TRELLIS_DPR": (1, "R"),  # ECP5
}  # fmt: skip
Bit = int | str  # of a net: a number, or a constant


@dataclass(frozen=True)
class _Cell:
    luts: int
    inputs: tuple[Bit, ...]
    outputs: tuple[Bit, ...]


class Netlist:
    """A flat module of cells."""

    def __init__(self, found: Mapping[str, Any]) -> None:
        """`found` is the module as write_json writes it, flattened."""
        self.ports: dict[str, tuple[str, list[Bit]]] = {
            name: (port["direction"], port["bits"]) for name, port in found["ports"].items()
        }
        self._cells = [cell for each in found["cells"].values() if (cell := _cell(each))]
        self._names = _names(found["netnames"])
        outputs = (bits for direction, bits in self.ports.values() if direction == "output")
        self._ends = {bit for bits in outputs for bit in bits}
        self._ends |= {bit for each in found["cells"].values() for bit in _held(each)}

    @property
    def levels(self) -> int:
        """LUTs on the longest path between registers, or ports."""
        return max((self._before.get(bit, 0) for bit in self._ends), default=0)

    def levels_to(self, port: str) -> int:
        """LUTs on the longest path from a register, or a port, to the output `port`."""
        return max((self._before.get(bit, 0) for bit in self.ports[port][1]), default=0)

    def levels_from(self, port: str) -> int:
        """LUTs on the longest path from the input `port` to a register, or a port."""
        return max((self._behind.get(bit, 0) for bit in self.ports[port][1]), default=0)

    def path(self) -> list[str]:
        """The nets of a longest path, as far as they have names of ours."""
        at = max(self._ends, key=lambda bit: self._before.get(bit, 0), default=None)
        found = []
        while at is not None:
            found.append(self._names.get(at, ""))
            cell = self._drivers.get(at)
            inputs = cell.inputs if cell else ()
            at = max(inputs, key=lambda bit: self._before.get(bit, 0), default=None)
        return [name for name in reversed(found) if name]

    @cached_property
    def _drivers(self) -> dict[Bit, _Cell]:
        return {bit: cell for cell in self._cells for bit in cell.outputs}

    @cached_property
    def _ordered(self) -> list[_Cell]:
        """Cells, each behind those that drive it."""
        done: set[int] = set()
        found: list[_Cell] = []
        for first in self._cells:
            stack: list[tuple[_Cell, Iterator[Bit]]] = [(first, iter(first.inputs))]
            while stack:
                cell, inputs = stack[-1]
                driver = next((d for bit in inputs if (d := self._drivers.get(bit))), None)
                if id(cell) in done:
                    stack.pop()
                elif driver is None:
                    done.add(id(cell))
                    found.append(cell)
                    stack.pop()
                elif id(driver) not in done:
                    stack.append((driver, iter(driver.inputs)))
        return found

    @cached_property
    def _before(self) -> dict[Bit, int]:
        """LUTs on the longest path to each bit."""
        found: dict[Bit, int] = {}
        for cell in self._ordered:
            level = cell.luts + max((found.get(bit, 0) for bit in cell.inputs), default=0)
            found |= dict.fromkeys(cell.outputs, level)
        return found

    @cached_property
    def _behind(self) -> dict[Bit, int]:
        """LUTs on the longest path from each bit."""
        found: dict[Bit, int] = {}
        for cell in reversed(self._ordered):
            level = cell.luts + max((found.get(bit, 0) for bit in cell.outputs), default=0)
            for bit in cell.inputs:
                found[bit] = max(found.get(bit, 0), level)
        return found


def _kind(cell: Mapping[str, Any]) -> tuple[int, str] | None:
    return next((k for name, k in LUTS.items() if cell["type"].startswith(name)), None)


def _cell(cell: Mapping[str, Any]) -> _Cell | None:
    """The combinational part of a cell, if it has one."""
    kind = _kind(cell)
    if kind is None:
        return None
    luts, begins = kind
    inputs: list[Bit] = []
    outputs: list[Bit] = []
    for port, bits in cell["connections"].items():
        if cell["port_directions"][port] == "output":
            outputs += bits
        elif not begins or (port[0] in begins and not port.startswith("DI")):
            inputs += [bit for bit in bits if isinstance(bit, int)]
    return _Cell(luts, tuple(inputs), tuple(outputs))


def _held(cell: Mapping[str, Any]) -> list[Bit]:
    """Bits that a register, memory or multiplier takes."""
    passed = set(found.inputs) if (found := _cell(cell)) else set()
    directions = cell["port_directions"]
    taken = [bits for port, bits in cell["connections"].items() if directions[port] == "input"]
    return [bit for bits in taken for bit in bits if bit not in passed]


def _names(nets: Mapping[str, Any]) -> dict[Bit, str]:
    found: dict[Bit, str] = {}
    for name, net in nets.items():
        if not net["hide_name"]:
            for i, bit in enumerate(net["bits"]):
                found.setdefault(bit, f"{name}[{i}]" if len(net["bits"]) > 1 else name)
    return found
