"""The builder's steps: from our QONNX to a dataflow partition with folding, FIFOs and memories."""

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from finn.builder.build_dataflow_config import DataflowBuildConfig, DataflowOutputType
from finn.builder.build_dataflow_steps import build_dataflow_step_lookup as STOCK
from finn.transformation.fpgadataflow.specialize_layers import SpecializeLayers
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp
from qonnx.transformation.general import GiveUniqueNodeNames
from qonnx.transformation.infer_shapes import InferShapes

from fdscs.accelerator.finn.compiler import channels_last, codes, layers, widen
from fdscs.accelerator.finn.compiler.environment import has_vivado
from fdscs.accelerator.finn.compiler.fifos import insert_converters, insert_fifos
from fdscs.accelerator.finn.compiler.nodes import kind_of, name_streams, to_graph
from fdscs.accelerator.finn.compiler.parallelism import apply_folding
from fdscs.accelerator.finn.compiler.ram_styles import apply_styles, finn_usage, memories
from fdscs.accelerator.finn.compiler.requant import fit_accumulators, write_in_full
from fdscs.accelerator.finn.estimates import estimate
from fdscs.accelerator.finn.fifos import Depths, fifo_depths, fifo_pixels, words_of
from fdscs.accelerator.finn.nodes import FinnGraph
from fdscs.accelerator.finn.styles import choose_styles
from fdscs.accelerator.finn.target import Target
from fdscs.accelerator.finn.tokens import Outcome, simulate
from fdscs.hardware.usage import Usage
from fdscs.storage.errors import BadInput

Step = Callable[[ModelWrapper, DataflowBuildConfig], ModelWrapper]
ATTEMPTS = 5
EASES = (0.1, 0.25, 0.5, 0.75, 1.0)
FRAMES = 3  # simulated; between the last two lies the interval


@dataclass
class Found:
    """What the later steps find out about the design, for the report."""

    unfolded: ModelWrapper | None = None
    converted: FinnGraph | None = None  # without FIFOs, whose depths are counted on it
    graph: FinnGraph | None = None
    depths: Depths | None = None
    pixels: dict[str, int] = field(default_factory=dict)  # of each FIFO
    outcome: Outcome | None = None
    styles: dict[str, str] = field(default_factory=dict)
    usage: Usage = field(default_factory=Usage)
    budget: int = 0


def front_end_steps(thresholds_up_to: int) -> dict[str, Step]:
    """From QONNX to FINN's layers."""
    return {
        "codes": lambda model, cfg: codes.to_codes(model.transform(InferShapes())),
        "widen": lambda model, cfg: widen.widen(model),
        "channels_last": lambda model, cfg: channels_last.to_channels_last(model),
        "layers": lambda model, cfg: name_streams(layers.to_layers(model, thresholds_up_to)),
        "minimize_bit_width": STOCK["step_minimize_bit_width_initial"],
        "partition": STOCK["step_create_dataflow_partition"],
        "implementations": implementations,
    }


def implementations(model: ModelWrapper, cfg: DataflowBuildConfig) -> ModelWrapper:
    """RTL for every product whose widths fit a DSP slice; FINN leaves those below 4 bits to HLS."""
    for node in model.graph.node:
        if node.op_type == "MVAU":
            getCustomOp(node).set_nodeattr("preferred_impl_style", "rtl")
    model = model.transform(SpecializeLayers(cfg._resolve_fpga_part()))
    model = fit_accumulators(model, cfg._resolve_fpga_part())
    return model.transform(GiveUniqueNodeNames()).transform(InferShapes())


def fold(
    model: ModelWrapper, cfg: DataflowBuildConfig, target: Target, found: Found
) -> ModelWrapper:
    """Parallelism, converters, FIFO depths and memories for `target`; fills `found`.

    If the simulated frames take longer than the target's cycles, folding begins again with fewer.
    """
    part = cfg._resolve_fpga_part()
    found.budget = target.cycles
    for _ in range(ATTEMPTS):
        folded = apply_folding(deepcopy(model), found.budget)
        folded = STOCK["step_transpose_decomposition"](folded, cfg)
        folded = insert_converters(folded, part)
        graph = to_graph(folded)
        interval = find_depths(graph, target, found)
        if interval <= target.cycles:
            break
        found.budget = int(found.budget * target.cycles / interval) - 1
    folded = insert_fifos(folded, words_of(graph, found.pixels), part)
    return choose_memories(folded, target, found)


def find_depths(graph: FinnGraph, target: Target, found: Found) -> int:
    """The shallowest FIFOs with which simulated frames keep the target's rate, or all it takes."""
    found.converted, found.depths = graph, fifo_depths(graph)
    for ease in EASES:
        found.pixels = fifo_pixels(graph, found.depths, ease)
        found.outcome = simulate(graph, found.pixels, FRAMES)
        if found.outcome.interval <= target.cycles:
            break
    return found.outcome.interval


def choose_memories(model: ModelWrapper, target: Target, found: Found) -> ModelWrapper:
    """A memory for everything that needs one, within the target's share of its board."""
    graph = to_graph(model)
    part = target.board.part
    choices = list(memories(model, part, target.weights_in_uram))
    chosen = {each.layer for each in choices}
    rest = Usage()
    for node in graph.nodes:
        rest += estimate(graph, node)
    for node in model.graph.node:
        if node.name not in chosen:
            usage = finn_usage(node, part)
            rest += Usage(usage.luts, 0, usage.brams, usage.urams)
    styles, usage = choose_styles(choices, rest, target.whole)
    apply_styles(model, styles)
    found.graph, found.styles, found.usage = graph, styles, usage
    return model


def configuration(folder: Path, target: Target) -> DataflowBuildConfig:
    """FINN's, for estimates; the same file serves its later steps."""
    return DataflowBuildConfig(
        output_dir=str(folder),
        synth_clk_period_ns=1000 / target.clock,
        fpga_part=target.board.part,
        board=target.board.name,
        target_fps=max(1, int(target.fps)),
        generate_outputs=[DataflowOutputType.ESTIMATE_REPORTS],
        standalone_thresholds=True,
        auto_fifo_depths=False,
        enable_build_pdb_debug=False,
    )


SYNTHESIS = (
    "step_hw_codegen",
    "step_hw_ipgen",
    "step_create_stitched_ip",
    "step_out_of_context_synthesis",
)


def require_vivado() -> None:
    """Raise BadInput where Vivado is missing."""
    if not has_vivado():
        raise BadInput("--synthesise needs Vivado and Vitis HLS; set them up, or leave it out.")


def synthesise(model: ModelWrapper, folder: Path, target: Target) -> None:
    """FINN's own steps from code to a synthesised IP; FIFOs are in the graph already."""
    write_in_full()
    cfg = configuration(folder, target)
    cfg.generate_outputs = [DataflowOutputType.STITCHED_IP, DataflowOutputType.OOC_SYNTH]
    for name in SYNTHESIS:
        model = STOCK[name](model, cfg)


def usage_of_layers(model: ModelWrapper, part: str) -> dict[str, dict[str, Usage]]:
    """By layer, what FINN estimates and what we add, kept apart.

    FINN counts the DSP slices of a product as if four channels shared each; added ones replace
    them.
    """
    graph = to_graph(model)
    added = {node.name: estimate(graph, node) for node in graph.nodes}
    return {
        node.name: {"finn": finn_usage(node, part), "added": added[node.name]}
        for node in model.graph.node
    }


def boundary(model: ModelWrapper) -> list[dict[str, Any]]:
    """The partition's ports: name, number format, shape, channels a word."""
    found = []
    graph = to_graph(model)
    for entry in (*model.graph.input, *model.graph.output):
        name, stream = entry.name, graph.streams[entry.name]
        found.append(
            {
                "port": name, "format": model.get_tensor_datatype(name).name,
                "shape": model.get_tensor_shape(name), "lanes": stream.lanes,
                "word_bits": stream.word_bits,
            }
        )  # fmt: skip
    return found


FOLDING = ("SIMD", "PE", "ram_style", "runtime_writeable_weights", "preferred_impl_style", "depth")


def folding_of(model: ModelWrapper, name: str) -> dict[str, Any]:
    """The attributes of a layer that FINN's folding configuration has."""
    op = getCustomOp(model.get_node_from_name(name))
    known = op.get_nodeattr_types()
    return {each: op.get_nodeattr(each) for each in FOLDING if each in known}


def write_configuration(model: ModelWrapper, path: Path) -> None:
    """FINN's folding configuration: what `folding_config_file` reads."""
    layers = {node.name: folding_of(model, node.name) for node in model.graph.node}
    path.write_text(json.dumps({"Defaults": {}, **layers}, indent=1) + "\n")


def same_network(small: ModelWrapper, large: ModelWrapper) -> None:
    """Raise BadInput unless both have the same layers with the same weights and thresholds.

    What was compared value by value is the small one; the large one differs in sizes alone.
    """
    tables = [_constants(model) for model in (small, large)]
    if tables[0] != tables[1]:
        raise BadInput(
            "the checked network and the one that was built differ; take the same build for both."
        )


def _constants(model: ModelWrapper) -> dict[str, str]:
    """Digest of the constants of every product and requantisation, by the tensor that it makes."""
    found = {}
    for node in model.graph.node:
        values = [model.get_initializer(name) for name in node.input]
        digest = sha256(b"".join(each.tobytes() for each in values if each is not None))
        if any(each is not None for each in values):
            found[f"{kind_of(node)} {node.output[0]}"] = digest.hexdigest()
    return found
