"""One operation of hls/ops, compiled and run by itself."""

import ctypes
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fdscs.accelerator.hls.calls import cpp
from fdscs.accelerator.hls.project import LIBRARY
from fdscs.accelerator.hls.simulate import COMPILER, FLAGS
from fdscs.hardware.memories import Memory
from fdscs.hls_reference.fixed_point import IntArray

STRICT = ("-Wall", "-Wextra", "-Werror", "-Wno-unknown-pragmas")
# The ap_int headers themselves set off these two in g++.
EXACT = ("-Wno-uninitialized", "-Wno-maybe-uninitialized")


@dataclass(frozen=True)
class Port:
    """A stream of codes."""

    bits: int
    signed: bool
    channels: int
    lanes: int

    @property
    def codes(self) -> str:
        """Their C++ type."""
        return f"Codes<{self.bits}, {str(self.signed).lower()}>"

    @property
    def stream(self) -> str:
        """The C++ type of the stream."""
        return f"hls::stream<Word<{self.codes}, {self.lanes}>>"

    @property
    def words(self) -> int:
        """Words a pixel."""
        return -(-self.channels // self.lanes)

    def of(self, function: str) -> str:
        """Template instance of csim's functions."""
        return f"csim::{function}<{self.codes}, {self.channels}, {self.lanes}>"


SOURCE = """
#include "fdscs/ops/{header}.h"
#include "fdscs/csim/codes.h"
using namespace fdscs;
{tables}
// Tells, of "in0" or "made" if traced, at which of the kernel's cycles each word passes: the stream
// then holds one word, so that the kernel waits there. The last word made is not followed.
extern "C" const char *run(const int *const *in, const long *pixels_in, int *out, long pixels_out,
                           int rows, int columns, const char *traced, long *cycles) {{
    static std::string said;
    csim::scheduler().cycles.clear();
    csim::scheduler().depths.clear();
    if (traced) csim::scheduler().depths[traced] = 1;
    const bool reads = traced && traced == std::string("in0");
    try {{
        {{
            {declarations}
            csim::Process *kernel = nullptr;
            FDSCS_PROCESS("kernel", kernel = csim::scheduler().current(); {call});
            FDSCS_PROCESS("source", while (!sent.empty()) {{
                in0.write(sent.read());
                if (reads) *cycles++ = kernel->cycles;
            }});
            FDSCS_PROCESS("sink", for (long n = 0; n < {words} * pixels_out; n++) {{
                received.write(made.read());
                if (traced && !reads) *cycles++ = kernel->cycles;
            }});
            FDSCS_JOIN();
            {receive}
        }}
        if (!csim::scheduler().leftover.empty()) throw csim::Error(csim::scheduler().leftover);
    }} catch (const std::exception &error) {{
        said = error.what();
        csim::scheduler().leftover.clear();
        return said.c_str();
    }}
    return nullptr;
}}
extern "C" long cycles() {{ return (long)csim::scheduler().cycles["kernel"]; }}
"""


def table(kind: str, name: str, array: IntArray) -> str:
    """A C++ constant."""
    size = "".join(f"[{n}]" for n in array.shape)
    return f"static const {kind} {name}{size} = {{{', '.join(map(str, array.ravel()))}}};\n"


def array(memory: Memory) -> str:
    """A memory of a process, in C++."""
    banks = f"[{memory.banks}]" if memory.banks > 1 else ""
    return f"static {cpp(memory.word)} {memory.what}{banks}[{memory.depth}];\n"


class Kernel:
    """Calls the C++ function `call`, whose streams are in0, in1, … and made."""

    def __init__(
        self,
        folder: Path,
        header: str,
        call: str,
        inputs: Sequence[Port],
        output: Port,
        tables: str = "",
        exact: Path | None = None,
    ) -> None:
        """Compile; with `exact`, a folder of ap_int headers, in the declared widths."""
        self.inputs, self.output = inputs, output
        names = ["sent", *(f"in{i}" for i in range(1, len(inputs)))]
        declared = [
            f'{port.stream} {name}("{name}");'
            f"{port.of('send_codes')}({name}, in[{i}], pixels_in[{i}]);"
            for i, (name, port) in enumerate(zip(names, inputs, strict=True))
        ]
        source = SOURCE.format(
            header=header,
            tables=tables,
            call=call,
            declarations="\n".join(
                [
                    *declared,
                    f'{inputs[0].stream} in0("in0");',
                    f'{output.stream} made("made"), received("received");',
                ]
            ),
            words=output.words,
            receive=f"{output.of('receive_codes')}(received, out, pixels_out);",
        )
        (folder / "fdscs").unlink(missing_ok=True)
        (folder / "fdscs").symlink_to(LIBRARY)
        (folder / "kernel.cpp").write_text(source)
        mode = (f"-isystem{exact}", *EXACT) if exact else ("-DFDSCS_NATIVE",)
        subprocess.run(
            [COMPILER, *FLAGS, *STRICT, *mode, "-O1", "-shared", "-fPIC", f"-I{folder}",
             f"-I{LIBRARY / 'csim'}", "-o", folder / "kernel.so", folder / "kernel.cpp"],
            check=True,
        )  # fmt: skip
        self.library = ctypes.CDLL(str(folder / "kernel.so"))
        self.library.run.restype = ctypes.c_char_p
        self.library.cycles.restype = ctypes.c_long

    def __call__(
        self, inputs: Sequence[IntArray], shape: tuple[int, int, int], rows: int, columns: int
    ) -> IntArray:
        """Tensors (C, rows, columns) → the output of `shape`; image of rows × columns pixels.

        Raises RuntimeError with what the simulation says.
        """
        return self._run(inputs, shape, rows, columns, None)[0]

    def reads(
        self, inputs: Sequence[IntArray], shape: tuple[int, int, int], rows: int, columns: int
    ) -> IntArray:
        """The cycle at which it reads each word of its first input."""
        return self._run(inputs, shape, rows, columns, b"in0")[1] - 1

    def writes(
        self, inputs: Sequence[IntArray], shape: tuple[int, int, int], rows: int, columns: int
    ) -> IntArray:
        """The cycle at which it writes each word but the first."""
        return self._run(inputs, shape, rows, columns, b"made")[1][:-1] - 1

    @property
    def cycles(self) -> int:
        """Iterations of its loops in the last call."""
        return int(self.library.cycles())

    def _run(
        self,
        inputs: Sequence[IntArray],
        shape: tuple[int, int, int],
        rows: int,
        columns: int,
        traced: bytes | None,
    ) -> tuple[IntArray, IntArray]:
        arrays = [np.ascontiguousarray(x.transpose(1, 2, 0), np.int32) for x in inputs]
        out = np.zeros((*shape[1:], shape[0]), np.int32)
        pointers = (ctypes.c_void_p * len(arrays))(*(x.ctypes.data for x in arrays))
        pixels = (ctypes.c_long * len(arrays))(*(x.shape[0] * x.shape[1] for x in arrays))
        port, many = (self.inputs[0], pixels[0]) if traced == b"in0" else (
            self.output, shape[1] * shape[2])  # fmt: skip
        cycles = np.zeros(port.words * many, np.int64)
        said = self.library.run(
            pointers, pixels, ctypes.c_void_p(out.ctypes.data),
            ctypes.c_long(shape[1] * shape[2]), rows, columns, traced,
            ctypes.c_void_p(cycles.ctypes.data),
        )  # fmt: skip
        if said:
            raise RuntimeError(said.decode())
        return out.transpose(2, 0, 1), cycles
