"""What is claimed of the modules of an accelerator, and what follows from its integers."""

from collections.abc import Iterator, Mapping

from fdscs.accelerator.rtl.instances import fifo_generics, generics, module, sharing
from fdscs.accelerator.rtl.instances import function as function_of
from fdscs.accelerator.rtl.proofs.solver import Claim
from fdscs.hardware.dataflow import Dataflow, Process
from fdscs.hls_reference.fixed_point import IntArray
from fdscs.model import graph as g

WORDS = {  # module → what is claimed of it, cycles of induction, and parameters that matter to it
    "add_tree": ("no addition overflows, every operand is added once", 1, ("COUNT", "WIDTH")),
    "split": ("numbers added in their fields come apart again", 1, ("FIELDS", "FIELD")),
    "requantise": (
        "equals the specification's formula, every shift of the range", 5,
        ("ACC_BITS", "OUT_BITS", "SHIFT_LEAST", "SHIFT_MOST"),
    ),
    "colour_mix": (
        "equals the specification's formula", 5,
        ("RED", "GREEN", "BLUE", "SHIFT", "SUM_BITS", "MIX_BITS", "MIX_SIGNED"),
    ),
    "centred_rgb": ("equals the specification's formula", 2, ("SUM_BITS", "RGB_BITS")),
    "census": (
        "bits equal the window's comparisons, 0 outside the image; a word a pixel", 5,
        ("LUMA_BITS", "MAX_COLUMNS"),
    ),
    "costs_of_pixel": (
        "Hamming distance, and saturated differences of chroma", 4,
        ("U_BITS", "V_BITS", "COST_BITS", "SATURATION"),
    ),
    "larger": ("the larger of two codes", 1, ("BITS", "IS_SIGNED")),
    "fork_stream": ("each word once to both readers, none stuck", 2, ("WORD_BITS",)),
    "change_lanes": (
        "each pixel whole, once and in order, no one stuck", 3,
        ("CODE_BITS", "CHANNELS", "FROM", "TO"),
    ),
    "concat": (
        "each pixel whole, once and in order, no one stuck", 3,
        ("FIRST_BITS", "FIRST_SIGNED", "FIRST_CHANNELS", "FIRST_LANES", "SECOND_BITS",
         "SECOND_SIGNED", "SECOND_CHANNELS", "SECOND_LANES", "OUT_BITS", "OUT_SIGNED", "LANES"),
    ),
    "stream_fifo": (
        "each word once, unchanged and in order, no one stuck, no overflow", 1,
        ("WIDTH", "DEPTH", "DEEP"),
    ),
    # These take longest, hence the last place.
    "multiply": (
        "products that share a multiplier equal separate ones", 4,
        ("CODE_BITS", "CODE_SIGNED", "WEIGHT_BITS", "SHARE", "FIELD"),
    ),
    "multiply_outer": (
        "four products of one multiplier equal separate ones", 4,
        ("CODE_BITS", "CODE_SIGNED", "WEIGHT_BITS", "FIELD"),
    ),
}  # fmt: skip
SHIFT_BITS = 5
DOT = ("SIMD", "WEIGHT_BITS", "CODE_BITS", "CODE_SIGNED")  # of a convolution
DEEPEST = 200  # words of a FIFO up to which its own depth is proved; solvers take too long beyond


def claims(flow: Dataflow, params: Mapping[str, IntArray]) -> list[tuple[Claim, list[str]]]:
    """Every distinct claim about the modules of `flow`, and the processes or streams it is of."""
    found: dict[tuple[object, ...], tuple[Claim, list[str]]] = {}
    for process in flow.processes:
        for name, values in _parts(flow, process, params):
            claim = claim_of(name, values)
            key = (name, *claim.parameters.items())
            found.setdefault(key, (claim, []))[1].append(process.name)
        for stream in process.outputs:
            claim = claim_of("stream_fifo", fifo_generics(flow, process, stream))
            key = ("stream_fifo", *claim.parameters.items())
            found.setdefault(key, (claim, []))[1].append(stream)
    order = list(WORDS)
    return sorted(found.values(), key=lambda each: order.index(each[0].module))


def claim_of(name: str, values: Mapping[str, int | str]) -> Claim:
    """The claim about a module, of which the parameters `values` matter that WORDS names.

    A FIFO deeper than DEEPEST is claimed of one that is as deep as that.
    """
    words, steps, wanted = WORDS[name]
    chosen = {key: int(values[key]) for key in wanted if key in values}
    if name == "stream_fifo":  # it looks at no word, so that each bit goes its way alone
        chosen |= {"WIDTH": 1, "DEPTH": min(chosen["DEPTH"], DEEPEST)}
    if name == "change_lanes":  # nor does it look at a code
        chosen |= {"CODE_BITS": 1}
    if name != "requantise":
        return Claim(name, chosen, words, steps)
    low, high = chosen["SHIFT_LEAST"], chosen["SHIFT_MOST"]
    lanes = {"LANES": 2, "CHANNELS": 2 * (high - low + 1)}
    table = "".join(
        f"{shift | (high + low - shift) << SHIFT_BITS:x}\n" for shift in range(low, high + 1)
    )
    return Claim(name, chosen | lanes, words, steps, tables={"shifts.hex": table})


def _parts(
    flow: Dataflow, process: Process, params: Mapping[str, IntArray]
) -> Iterator[tuple[str, Mapping[str, int | str]]]:
    """Modules of a process that there are claims about, with their parameters."""
    name = module(function_of(flow, process))
    given = generics(flow, process, params)
    if isinstance(process.op, g.Conv2d):
        yield from _dot_product({name: int(given[name]) for name in DOT}, sharing(flow, process.op))
    elif isinstance(process.op, g.MaxPool):
        yield "larger", {"BITS": given["CODE_BITS"], "IS_SIGNED": given["CODE_SIGNED"]}
    elif isinstance(process.op, g.CostVolume):
        yield "costs_of_pixel", given
    elif name in WORDS:
        yield name, given


def _dot_product(
    given: Mapping[str, int], shared: Mapping[str, int]
) -> Iterator[tuple[str, Mapping[str, int]]]:
    """The parts of a dot product, as ops/dot_product.sv has them."""
    step, levels = given["WEIGHT_BITS"] + given["CODE_BITS"], shared["LEVELS"]
    fields = 4 if "FOUR" in shared else shared["SHARE"]
    values = {**given, **shared, "FIELD": step + levels}
    yield "multiply_outer" if "FOUR" in shared else "multiply", values
    yield "split", {"FIELDS": fields, "FIELD": step + levels}
    parts = -(-given["SIMD"] // (1 << levels))
    count = given["SIMD"] if parts == 1 else 1 << levels
    yield "add_tree", {"COUNT": count, "WIDTH": (fields - 1) * (step + levels) + step}
    if parts > 1:
        yield "add_tree", {"COUNT": parts, "WIDTH": step + levels}
