"""A module of rtl/ops, compiled by Verilator and run on tensors, for the tests."""

import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fdscs.accelerator.rtl.verilator import LIBRARY, compiled
from fdscs.hls_reference.fixed_point import IntArray
from fdscs.vectors.words import Lanes, pack, unpack

DRIVER = Path(__file__).with_name("driver.cpp")


@dataclass(frozen=True)
class Frames:
    """Frames of one size, back to back: the image's size, tensors in and tensors expected."""

    rows: int
    columns: int
    inputs: Sequence[Sequence[IntArray]]  # by frame, then by port
    outputs: Sequence[Sequence[IntArray]]


@dataclass(frozen=True)
class Run:
    """Cycles in which words were read and pushed, by port, counted anew for each `Frames`."""

    reads: list[NDArray[np.int64]]
    writes: list[NDArray[np.int64]]


class Module:
    """One operation; `inputs` and `outputs` are by the prefix of their ports."""

    def __init__(
        self, folder: Path, name: str, parameters: Mapping[str, object],
        inputs: Mapping[str, Lanes], outputs: Mapping[str, Lanes], source: str | None = None,
    ) -> None:  # fmt: skip
        """`source` is the module's text where it is none of rtl/ops."""
        self.folder, self.inputs, self.outputs = folder, inputs, outputs
        driver = DRIVER.read_text().replace("INS", ", ".join(map(_in, range(len(inputs)))))
        driver = driver.replace("OUTS", ", ".join(map(_out, range(len(outputs)))))
        for i, layout in enumerate([*inputs.values(), *outputs.values()]):
            driver = driver.replace(f"PARTS{i if i < len(inputs) else f'_{i - len(inputs)}'}",
                                    str(_parts(layout)))  # fmt: skip
        text = source or (LIBRARY / f"{name}.sv").read_text()
        top = _top(name, text, parameters, inputs, outputs)
        self.program = compiled(top + (source or ""), f'#include "Vtop.h"\n{driver}')

    def check(self, sizes: Sequence[Frames], seed: int = 0) -> Run:
        """Every tensor as expected, whatever pauses the seed makes; the cycles of the run."""
        arguments: list[int] = []
        for frames in sizes:
            arguments += [frames.rows, frames.columns]
            for tensors, ports in ((frames.inputs, self.inputs), (frames.outputs, self.outputs)):
                for i, layout in enumerate(ports.values()):
                    pixels = sum(_pixels(each[i]) for each in tensors)
                    arguments.append(pixels * layout.words_per_pixel)
        for i, layout in enumerate(self.inputs.values()):
            words = [pack(each[i], layout) for frames in sizes for each in frames.inputs]
            _padded(np.concatenate(words), _parts(layout)).tofile(self.folder / f"in{i}.bin")
        command = [str(self.program), *map(str, arguments), str(seed)]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{done.stdout}{done.stderr}"
        for i in range(len(self.outputs)):
            self._compare(sizes, i)
        reads, writes = self._cycles("reads", self.inputs), self._cycles("writes", self.outputs)
        return Run(reads, writes)

    def _compare(self, sizes: Sequence[Frames], port: int) -> None:
        name, layout = list(self.outputs.items())[port]
        raw = np.fromfile(self.folder / f"out{port}.bin", np.uint8)
        made = raw.reshape(-1, 4 * _parts(layout))[:, : layout.word_bytes]
        at = 0
        for frames in sizes:
            for expected in (tensors[port] for tensors in frames.outputs):
                words = made[at : at + _pixels(expected) * layout.words_per_pixel]
                found = unpack(words, layout, *expected.shape[1:])
                assert np.array_equal(found, expected), (name, frames.rows, frames.columns)
                at += len(words)
        assert at == len(made)

    def _cycles(self, name: str, ports: Mapping[str, Lanes]) -> list[NDArray[np.int64]]:
        return [np.fromfile(self.folder / f"{name}{i}.bin", np.int64) for i in range(len(ports))]


def _pixels(tensor: IntArray) -> int:
    return int(np.prod(tensor.shape[1:]))


def _parts(layout: Lanes) -> int:
    """32-bit parts of a port, so many that Verilator makes an array of them."""
    return max(3, -(-layout.word_bits // 32))


def _padded(words: NDArray[np.uint8], parts: int) -> NDArray[np.uint8]:
    return np.pad(words, ((0, 0), (0, 4 * parts - words.shape[1])))


def _in(i: int) -> str:
    return f"In{{top->in{i}_valid, top->in{i}_ready, top->in{i}_data.data(), PARTS{i}}}"


def _out(i: int) -> str:
    names = ", ".join(f"top->out{i}_{name}" for name in ("begins", "push", "room"))
    return f"Out{{{names}, top->out{i}_data.data(), PARTS_{i}}}"


def _top(
    name: str, text: str, parameters: Mapping[str, object], inputs: Mapping[str, Lanes],
    outputs: Mapping[str, Lanes],
) -> str:  # fmt: skip
    """A module `top` around it, whose ports have whole 32-bit parts."""
    sized = re.search(r"input +(?:logic )?\[15:0\] rows", text)
    ports = ["clk", "rst", *(("rows", "columns") if sized else ())]
    joined = [f".{port}" for port in ports]
    declared = ["input logic clk, rst", "input logic [15:0] rows, columns"]
    for i, (prefix, layout) in enumerate(inputs.items()):
        declared.append(f"input logic in{i}_valid, output logic in{i}_ready")
        declared.append(f"input logic [{32 * _parts(layout) - 1}:0] in{i}_data")
        joined += [f".{prefix}_{each}(in{i}_{each})" for each in ("valid", "ready")]
        joined.append(f".{prefix}_data(in{i}_data[{layout.word_bits - 1}:0])")
    zeros = ""
    for i, (prefix, layout) in enumerate(outputs.items()):
        bits, all_bits = layout.word_bits, 32 * _parts(layout)
        declared.append(f"output logic out{i}_begins, out{i}_push, input logic out{i}_room")
        declared.append(f"output logic [{all_bits - 1}:0] out{i}_data")
        joined += [f".{prefix}_{each}(out{i}_{each})" for each in ("begins", "push", "room")]
        joined.append(f".{prefix}_data(out{i}_data[{bits - 1}:0])")
        zeros += f"assign out{i}_data[{all_bits - 1}:{bits}] = '0;\n" if all_bits > bits else ""
    values = ", ".join(f".{key}({_literal(value)})" for key, value in parameters.items())
    return (
        f"/* verilator lint_off UNUSEDSIGNAL */\nmodule top({', '.join(declared)});\n{zeros}"
        f"{name} #({values}) dut ({', '.join(joined)});\nendmodule\n"
    )


def _literal(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(int(value))  # type: ignore[call-overload]
