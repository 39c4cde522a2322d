"""How a process is an instance in SystemVerilog: a module of ops/, its parameters by name."""

from collections.abc import Mapping

from fdscs.hardware.dataflow import Codes, Grid, Word
from fdscs.hardware.ops.operation import Value

MODULES = {"fork": "fork_stream"}  # where the operation's name is a word of the language
LATENCY = {
    "block_sum": 3,
    "colour_mix": 3,
    "centred_rgb": 1,
    "census": 4,
    "cost_volume": 6,
    "requantise": 4,
    "concat": 1,
    "max_pool": 3,
    "depth_to_space": 3,
    "reflect_pad": 3,
    "crop": 1,
    "upsample": 7,
    "fork": 1,
    "change_lanes": 1,
}


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


def latency(function: str, parameters: Mapping[str, int]) -> int:
    """Cycles from where the schedule writes a word to where the module pushes it."""
    if function.startswith("conv2d"):
        multiply = 4 if parameters["SHARE"] > 1 else 3
        return 3 + multiply + (parameters["SIMD"] - 1).bit_length()
    return LATENCY[function]
