"""The generated SystemVerilog: the accelerator of a dataflow, and its parameters as tables."""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

from fdscs.accelerator.rtl.instances import (
    ADDRESS_BITS,
    MEMORY_PORTS,
    fifo,
    instance,
    sharing,
)
from fdscs.accelerator.rtl.tables import bias_table, shift_table, weight_table
from fdscs.export.build import Build
from fdscs.hardware.dataflow import PIXELS, Dataflow, Process, Stream
from fdscs.hardware.external import DRAM, slots
from fdscs.hls_reference.fixed_point import IntArray
from fdscs.model import graph as g
from fdscs.storage.atomic import replacing, write_text

MEMORY = Path(str(files("fdscs.accelerator.rtl") / "simulation" / "axi_memory.sv"))
PIXEL_BITS = 24
TAP_PARTS = 3  # 32-bit parts of a tap, at least
IMAGE = "tvalid", "tready", "tdata"


def accelerator(flow: Dataflow, params: Mapping[str, IntArray], name: str = "accelerator") -> str:
    """The whole accelerator as a module: pixels in, disparity out, a code a word."""
    return _module(name, flow, flow.processes, params, taps=False)


def tapped(flow: Dataflow, params: Mapping[str, IntArray], processes: Sequence[Process]) -> str:
    """Some processes as a module `top`, which shows every tensor as it is written, for simulation.

    A tensor has ports NAME_tap and NAME_taps, its word in whole 32-bit parts and whether there is
    one; so wide are all other data ports too.
    """
    top = _module("top", flow, processes, params, taps=True)
    return top + (MEMORY.read_text() if "axi_memory" in top else "")


def tap_parts(bits: int) -> int:
    """32-bit parts of a port for words of `bits` bits: so many that Verilator makes an array."""
    return max(TAP_PARTS, -(-bits // 32))


def tensors(flow: Dataflow, processes: Sequence[Process]) -> list[Stream]:
    """The streams that carry a tensor first, in the order in which `processes` make them."""
    made = [flow.streams[name] for process in processes for name in process.outputs]
    return [stream for stream in made if stream.name == stream.tensor]


def borders(flow: Dataflow, processes: Sequence[Process]) -> tuple[list[str], list[str]]:
    """Streams that `processes` read and do not make, and those that they make and do not read."""
    read = [name for process in processes for name in process.inputs]
    made = [name for process in processes for name in process.outputs]
    return [n for n in read if n not in made], [n for n in made if n not in read]


def tables(
    flow: Dataflow, params: Mapping[str, IntArray], processes: Sequence[Process] | None = None
) -> dict[str, bytes]:
    """The tables that the modules of `processes`, or of all, read, by the names of their files."""
    found: dict[str, bytes] = {}
    for conv in (each.op for each in processes or flow.processes):
        if not isinstance(conv, g.Conv2d):
            continue
        folding = flow.folding[conv.name]
        assert conv.acc_bits is not None
        made = {
            conv.weight: weight_table(
                params[conv.weight], folding, conv.weight_bits, sharing(flow, conv)["SHARE"]
            ),
            conv.bias: bias_table(params[conv.bias], folding.pe, conv.acc_bits),
            conv.shift: shift_table(params[conv.shift], folding.pe),
        }
        found |= {f"{name}.hex": text for name, text in made.items()}
    return found


def write_tables(
    build: Build, flow: Dataflow, folder: Path, processes: Sequence[Process] | None = None
) -> None:
    """Write the tables that the modules of `processes`, or of all, read, into `folder`."""
    for name, text in tables(flow, build.params, processes).items():
        with replacing(folder / name) as temporary:
            temporary.write_bytes(text)


def write_sources(build: Build, flow: Dataflow, folder: Path) -> None:
    """Write accelerator.sv and its tables into `folder`."""
    write_text(folder / "accelerator.sv", accelerator(flow, build.params))
    write_tables(build, flow, folder)


def _module(
    name: str, flow: Dataflow, processes: Sequence[Process], params: Mapping[str, IntArray],
    taps: bool,
) -> str:  # fmt: skip
    sources, results = borders(flow, processes)
    ports = ["input logic clk", "input logic rst"]
    ports += ["input logic [15:0] rows", "input logic [15:0] columns"]
    body: list[str] = []
    if any(flow.streams[name].memory == DRAM for each in processes for name in each.outputs):
        (body if taps else ports).append("wire cold = rst;" if taps else "input logic cold")
    for source in sources:
        _source(flow, source, taps, ports, body)
    for process in processes:
        for stream in process.outputs:
            body += [_signals(flow, stream), fifo(flow, process, stream)]
            if flow.streams[stream].memory == DRAM:
                _memory(flow.streams[stream], taps, ports, body)
        body.append(instance(flow, process, params))
    for result in results:
        _result(flow, result, taps, ports, body)
    if taps:
        for tensor in tensors(flow, processes):
            width, own = 32 * tap_parts(tensor.word_bits), tensor.name
            ports += [f"output logic {own}_taps", f"output logic [{width - 1}:0] {own}_tap"]
            body.append(f"assign {own}_taps = {own}_push;")
            body.append(f"assign {own}_tap = {width}'({own}_word);")
    head = (
        "// Generated: every operation of the network is an instance, every tensor a FIFO.\n"
        f"// Graph {flow.graph.digest()}.\n"
    )
    lines = "\n".join(f"    {line}" for line in body)
    return f"{head}module {name} (\n    " + ",\n    ".join(ports) + f"\n);\n{lines}\nendmodule\n"


def _signals(flow: Dataflow, name: str) -> str:
    bits = flow.streams[name].word_bits
    flags = ", ".join(f"{name}_{each}" for each in ("begins", "push", "room", "valid", "ready"))
    return f"logic {flags};\n    logic [{bits - 1}:0] {name}_word, {name}_data;"


def _memory(stream: Stream, taps: bool, ports: list[str], body: list[str]) -> None:
    """What a stream in external memory is joined to: ports, or in simulation a memory."""
    name = stream.name
    if not taps:
        ports.append(f"input logic [{ADDRESS_BITS - 1}:0] {name}_base")
        ports.append(f"output logic {name}_fault")
        for port, (bits, out) in MEMORY_PORTS.items():
            direction = "output" if out else "input"
            ports.append(f"{direction} logic {_range(bits)}{name}_{port}")
        return
    signals = [f"logic {_range(bits)}{name}_{port};" for port, (bits, _) in MEMORY_PORTS.items()]
    joined = ", ".join(f".{port}({name}_{port})" for port in MEMORY_PORTS)
    body.insert(-1, "\n    ".join([f"logic {name}_fault;", *signals]))
    body.insert(-1, f"wire [{ADDRESS_BITS - 1}:0] {name}_base = '0;")
    body.append(
        f"axi_memory #(.SLOTS({slots(stream)}), .ADDRESS({ADDRESS_BITS})) memory_{name} (\n"
        f"        .clk, .cold, {joined});\n"
        f'    always_ff @(posedge clk) if (!rst && {name}_fault) $error("{name}: memory failed");'
    )


def _range(bits: int) -> str:
    return f"[{bits - 1}:0] " if bits > 1 else ""


def _source(flow: Dataflow, name: str, taps: bool, ports: list[str], body: list[str]) -> None:
    """Ports of a stream that comes from outside: an image, or words of the network's inputs."""
    bits = PIXEL_BITS if name in PIXELS else flow.streams[name].word_bits
    width = 32 * tap_parts(bits) if taps else bits
    ports.append(f"input logic {name}_tvalid")
    ports.append(f"output logic {name}_tready")
    ports.append(f"input logic [{width - 1}:0] {name}_tdata")
    body.append(f"logic {name}_valid, {name}_ready;\n    logic [{bits - 1}:0] {name}_data;")
    body.append(f"assign {name}_valid = {name}_tvalid;")
    body.append(f"assign {name}_tready = {name}_ready;")
    body.append(f"assign {name}_data = {name}_tdata[{bits - 1}:0];")


def _result(flow: Dataflow, name: str, taps: bool, ports: list[str], body: list[str]) -> None:
    """Ports of a stream that leaves."""
    bits = flow.streams[name].word_bits
    width = 32 * tap_parts(bits) if taps else bits
    ports.append(f"output logic {name}_tvalid")
    ports.append(f"input logic {name}_tready")
    ports.append(f"output logic [{width - 1}:0] {name}_tdata")
    body.append(f"assign {name}_tvalid = {name}_valid;")
    body.append(f"assign {name}_ready = {name}_tready;")
    body.append(f"assign {name}_tdata = {width}'({name}_data);")
