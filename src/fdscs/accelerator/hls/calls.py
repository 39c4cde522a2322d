"""How a process looks in the generated C++: a function that holds its memories and calls ops/."""

from fdscs.hardware.dataflow import PIXELS, Codes, Dataflow, Grid, Process, Word
from fdscs.hardware.memories import Memory
from fdscs.hardware.ops.operation import Value
from fdscs.hardware.ops.table import TABLE, placed
from fdscs.hardware.placement import kind, memories

PIXEL = Word(Codes(8, False), 3)
PORTS = {1: "ram_s2p", 2: "ram_2p"}  # by words read a cycle


def function(flow: Dataflow, process: Process) -> str:
    """The function of ops/ that does it; its header has the same name."""
    return TABLE[type(process.op)].function(process.op, placed(flow, process))


def definition(flow: Dataflow, process: Process) -> str:
    """The function of `process`: its memories, bound to what the plan says, and the call."""
    operation, at = TABLE[type(process.op)], placed(flow, process)
    found = memories(flow, process)
    ports = [f"hls::stream<{_word(flow, name)}> &{name}" for name in streams(process)]
    template = ", ".join(map(cpp, operation.parameters(process.op, at).values()))
    own = [each for each in found if not each.constant]
    tables = [table(name) for name in operation.tables(process.op)]
    kinds = [kind(flow, process, each) for each in found if each.constant]
    given = ", ".join([*streams(process), *(each.what for each in own), *tables])
    lines = [
        *(declaration(each, kind(flow, process, each)) for each in own),
        *(_bound(name, "rom_1p", kinds[i] if i < len(kinds) else "lutram")
          for i, name in enumerate(tables)),
        f"    {function(flow, process)}<{template}>({given}, rows, columns);",
    ]  # fmt: skip
    head = f"void {process.name}({', '.join(ports)}, Size rows, Size columns) {{"
    return "\n".join([head, *lines, "}"])


def call(process: Process) -> str:
    """The call of the function of `process`."""
    return f"processes::{process.name}({', '.join(streams(process))}, rows, columns)"


def streams(process: Process) -> list[str]:
    """The streams at its ports."""
    return [*process.inputs, *process.outputs]


def declaration(memory: Memory, made_of: str) -> str:
    """A memory of a process, in C++."""
    assert memory.word is not None
    banks = f"[{memory.banks}]" if memory.banks > 1 else ""
    text = [f"    {cpp(memory.word)} {memory.what}{banks}[{memory.depth}];"]
    if banks:
        text.append(f"#pragma HLS array_partition variable = {memory.what} dim = 1 complete")
    return "\n".join([*text, _bound(memory.what, PORTS[memory.reads], made_of)])


def _bound(name: str, ports: str, made_of: str) -> str:
    made_of = "lutram" if made_of == "srl" else made_of
    return f"#pragma HLS bind_storage variable = {name} type = {ports} impl = {made_of}"


def _word(flow: Dataflow, name: str) -> str:
    return cpp(PIXEL if name in PIXELS else flow.streams[name].word)


def table(parameter: str) -> str:
    """The name in C++ of a layer's parameter, such as enc0.weight."""
    return parameter.replace(".", "_")


def cpp(value: Value) -> str:
    """A template argument: a number, or the type that stands for a size, for codes or words."""
    match value:
        case Grid():
            return f"Grid<{value.level}, {value.multiple}>"
        case Codes():
            return f"Codes<{value.bits}, {str(value.signed).lower()}>"
        case Word():
            return f"Word<{cpp(value.code)}, {value.lanes}>"
    return str(value)
