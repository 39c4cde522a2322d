"""How a process is an instance in SystemVerilog: a module of ops/, its parameters by name."""

import re
from collections.abc import Mapping
from functools import cache

from fdscs.accelerator.rtl.verilator import LIBRARY
from fdscs.hardware.dataflow import Codes, Dataflow, Grid, Process, Stream, Word
from fdscs.hardware.external import DRAM, slots
from fdscs.hardware.multipliers import sharing as shared_by
from fdscs.hardware.ops.operation import Value
from fdscs.hardware.ops.table import TABLE, placed
from fdscs.hls_reference.fixed_point import IntArray
from fdscs.model import graph as g

MODULES = {"fork": "fork_stream"}  # where the operation's name is a word of the language
LATENCY = {
    "block_sum": 3,
    "colour_mix": 4,
    "centred_rgb": 1,
    "census": 4,
    "cost_volume": 6,
    "requantise": 4,
    "concat": 2,
    "max_pool": 3,
    "depth_to_space": 3,
    "reflect_pad": 3,
    "crop": 1,
    "upsample": 8,
    "fork": 1,
    "change_lanes": 2,
}


INPUTS = {  # prefixes of ports, where there are several
    "concat": ("first", "second"),
    "cost_volume": (
        "census_left", "census_right", "u_left", "u_right", "v_left", "v_right",
    ),
}  # fmt: skip
OUTPUTS = {"fork": ("first", "second")}
DEEP = {"bram": "block", "uram": "ultra"}  # kinds of memory with a register behind
TO_READ = {False: 2, True: 5}  # cycles from push to valid, where it is deep
ADDRESS_BITS = 40  # of external memory
# Ports of a dram_fifo to its memory, with their bits, and whether they lead out.
MEMORY_PORTS = {
    "awaddr": (ADDRESS_BITS, True), "awvalid": (1, True), "awready": (1, False),
    "wdata": (128, True), "wstrb": (16, True), "wlast": (1, True), "wvalid": (1, True),
    "wready": (1, False), "bresp": (2, False), "bvalid": (1, False), "bready": (1, True),
    "araddr": (ADDRESS_BITS, True), "arvalid": (1, True), "arready": (1, False),
    "rdata": (128, False), "rresp": (2, False), "rlast": (1, False), "rvalid": (1, False),
    "rready": (1, True),
}  # fmt: skip
READ = ("valid", "ready", "data")
WRITTEN = {"begins": "begins", "push": "push", "room": "room", "data": "word"}


def instance(flow: Dataflow, process: Process, params: Mapping[str, IntArray]) -> str:
    """The instance of `process`; streams are signals that begin with their names."""
    name = function(flow, process)
    given = generics(flow, process, params).items()
    values = ", ".join(f".{key}({_literal(value)})" for key, value in given)
    ports = [".clk", ".rst", *_sizes(name)]
    for prefix, stream in zip(INPUTS.get(name, ("in",)), process.inputs, strict=True):
        ports += [f".{prefix}_{each}({stream}_{each})" for each in READ]
    for prefix, stream in zip(OUTPUTS.get(name, ("out",)), process.outputs, strict=True):
        ports += [f".{prefix}_{port}({stream}_{each})" for port, each in WRITTEN.items()]
    return f"{module(name)} #({values}) {process.name} (\n        {', '.join(ports)});"


def fifo(flow: Dataflow, writer: Process, name: str) -> str:
    """The FIFO of a stream, which is deeper than planned by what is under way."""
    values = ", ".join(f".{k}({_literal(v)})" for k, v in fifo_generics(flow, writer, name).items())
    ports = [f".{each}({name}_{each})" for each in ("begins", "push", "room", "valid", "ready")]
    ports += [f".in_data({name}_word)", f".out_data({name}_data)"]
    if flow.streams[name].memory == DRAM:
        ports += [".cold", f".base({name}_base)", f".fault({name}_fault)"]
        ports += [f".m_axi_{each}({name}_{each})" for each in MEMORY_PORTS]
    return (
        f"{fifo_module(flow.streams[name])} #({values}) fifo_{name} (\n"
        f"        .clk, .rst, {', '.join(ports)});"
    )


def fifo_module(stream: Stream) -> str:
    """The module that holds a stream."""
    return "dram_fifo" if stream.memory == DRAM else "stream_fifo"


def fifo_generics(flow: Dataflow, writer: Process, name: str) -> dict[str, int | str]:
    """What the FIFO of a stream is generated with: words as planned, and those under way."""
    stream = flow.streams[name]
    if stream.memory == DRAM:
        return {"WIDTH": stream.word_bits, "SLOTS": slots(stream), "ADDRESS": ADDRESS_BITS}
    deep = stream.memory in DEEP
    late = latency(function(flow, writer), generics(flow, writer, {}))
    found: dict[str, int | str] = {"WIDTH": stream.word_bits}
    found["DEPTH"] = stream.depth + late + TO_READ[deep] + 1
    return found | ({"DEEP": 1, "STYLE": DEEP[stream.memory]} if deep else {})


def function(flow: Dataflow, process: Process) -> str:
    """The operation that it does, as a file's name."""
    return TABLE[type(process.op)].function(process.op, placed(flow, process))


def generics(
    flow: Dataflow, process: Process, params: Mapping[str, IntArray]
) -> dict[str, int | str]:
    """What its module is generated with; without `params` no range of shifts."""
    operation, at = TABLE[type(process.op)], placed(flow, process)
    found: dict[str, int | str] = dict(named(operation.parameters(process.op, at)))
    if isinstance(process.op, g.Conv2d):
        found |= sharing(flow, process.op)
        found |= {"WEIGHTS": f"{process.op.weight}.hex", "BIASES": f"{process.op.bias}.hex"}
    if process.name in flow.ultra:
        found["LINE_MEMORY"] = DEEP["uram"]
    if isinstance(process.op, g.Requantise):
        found["SHIFTS"] = f"{process.op.shift}.hex"
        if params:
            shift = params[process.op.shift]
            found |= {"SHIFT_LEAST": int(shift.min()), "SHIFT_MOST": int(shift.max())}
    return found


def sharing(flow: Dataflow, conv: g.Conv2d) -> dict[str, int]:
    """How `conv` shares multipliers, as parameters of its module."""
    code, folding = flow.graph.format_of(conv.inputs[0]), flow.folding[conv.name]
    found = shared_by(folding, conv.weight_bits, code.bits, code.signed, flow.fabric)
    return found.generics


def module(function: str) -> str:
    """The module of ops/ that does the operation; its file has the same name."""
    return MODULES.get(function, function)


def named(parameters: Mapping[str, Value]) -> dict[str, int]:
    """Parameters as modules name them: a size, codes and words have several."""
    found: dict[str, int] = {}
    for name, value in parameters.items():
        upper = name.upper()
        match value:
            case Grid():
                found |= {f"{upper}_LEVEL": value.level, f"{upper}_MULTIPLE": value.multiple}
            case Codes():
                found |= {f"{upper}_BITS": value.bits, f"{upper}_SIGNED": int(value.signed)}
            case Word():
                found[f"{upper}_BITS"] = value.code.bits * value.lanes
            case int():
                found[upper] = value
    return found


def latency(function: str, parameters: Mapping[str, int | str]) -> int:
    """Cycles from where the schedule writes a word to where the module pushes it."""
    if function.startswith("conv2d"):
        tree = (int(parameters["SIMD"]) - 1).bit_length()
        late = int(parameters["LEVELS"]) < tree  # sums are split before they are whole
        return 7 + tree + late + (function == "conv2d_pairs")
    return LATENCY[function]


@cache
def _sizes(function: str) -> tuple[str, ...]:
    """Ports for the size of the image, of modules that need it."""
    text = (LIBRARY / f"{module(function)}.sv").read_text()
    return (".rows", ".columns") if re.search(r"input +logic \[15:0\] rows", text) else ()


def _literal(value: int | str) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)
