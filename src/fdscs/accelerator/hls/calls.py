"""How a process is called in the generated C++: a function of ops/, as hardware/ops has it."""

from fdscs.hardware.dataflow import Codes, Dataflow, Grid, Process, Word
from fdscs.hardware.ops.operation import Value
from fdscs.hardware.ops.table import TABLE, placed


def function(flow: Dataflow, process: Process) -> str:
    """The function of ops/ that does it; its header has the same name."""
    return TABLE[type(process.op)].function(process.op, placed(flow, process))


def call(flow: Dataflow, process: Process) -> str:
    """The call of `process`, in C++."""
    operation, at = TABLE[type(process.op)], placed(flow, process)
    template = ", ".join(map(cpp, operation.parameters(process.op, at).values()))
    tables = (table(name) for name in operation.tables(process.op))
    arguments = ", ".join([*process.inputs, *process.outputs, *tables, "rows", "columns"])
    return f"{function(flow, process)}<{template}>({arguments})"


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
