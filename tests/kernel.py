"""One operation of hls/ops, compiled and run by itself."""

import ctypes
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from backends.hls import COMPILER, FLAGS
from hls_reference.fixed_point import IntArray

HLS = Path(__file__).resolve().parent.parent / "hls"
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

    def of(self, function: str) -> str:
        """Template instance of csim's functions."""
        return f"csim::{function}<{self.codes}, {self.channels}, {self.lanes}>"


SOURCE = """
#include "fdscs/ops/{header}.h"
#include "fdscs/csim/codes.h"
using namespace fdscs;
{tables}
extern "C" const char *run(const int *const *in, const long *pixels_in, int *out, long pixels_out,
                           int rows, int columns) {{
    static std::string said;
    csim::scheduler().cycles.clear();
    try {{
        {{
            {declarations}
            FDSCS_PROCESS("kernel", {call});
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
        declared = [
            f'{port.stream} in{i}("in{i}");{port.of("send_codes")}(in{i}, in[{i}], pixels_in[{i}]);'
            for i, port in enumerate(inputs)
        ]
        source = SOURCE.format(
            header=header,
            tables=tables,
            call=call,
            declarations="\n".join([*declared, f'{output.stream} made("made");']),
            receive=f"{output.of('receive_codes')}(made, out, pixels_out);",
        )
        (folder / "fdscs").unlink(missing_ok=True)
        (folder / "fdscs").symlink_to(HLS)
        (folder / "kernel.cpp").write_text(source)
        mode = (f"-isystem{exact}", *EXACT) if exact else ("-DFDSCS_NATIVE",)
        subprocess.run(
            [COMPILER, *FLAGS, *STRICT, *mode, "-O1", "-shared", "-fPIC", f"-I{folder}",
             f"-I{HLS / 'csim'}", "-o", folder / "kernel.so", folder / "kernel.cpp"],
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
        arrays = [np.ascontiguousarray(x.transpose(1, 2, 0), np.int32) for x in inputs]
        out = np.zeros((*shape[1:], shape[0]), np.int32)
        pointers = (ctypes.c_void_p * len(arrays))(*(x.ctypes.data for x in arrays))
        pixels = (ctypes.c_long * len(arrays))(*(x.shape[0] * x.shape[1] for x in arrays))
        said = self.library.run(
            pointers, pixels, ctypes.c_void_p(out.ctypes.data),
            ctypes.c_long(shape[1] * shape[2]), rows, columns,
        )  # fmt: skip
        if said:
            raise RuntimeError(said.decode())
        return out.transpose(2, 0, 1)

    @property
    def cycles(self) -> int:
        """Iterations of its loops in the last call."""
        return int(self.library.cycles())
