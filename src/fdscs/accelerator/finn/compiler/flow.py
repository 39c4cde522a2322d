"""A job's work: every stage checked on a small network, then the large one built; the report."""

import random
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from qonnx.core.modelwrapper import ModelWrapper

from fdscs.accelerator.finn.compiler import stages
from fdscs.accelerator.finn.compiler.checks import Check, check_stage
from fdscs.accelerator.finn.compiler.nodes import layers_of
from fdscs.accelerator.finn.compiler.widen import places_of
from fdscs.accelerator.finn.node_schedule import schedule
from fdscs.accelerator.finn.target import Target, target_from_json
from fdscs.storage.errors import BadInput

RATES = (0.5, 0.75, 1.25, 1.5)  # of the target, for the table of rates
CHANNELS_FIRST = ("codes", "widen")  # stages


def run(job: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Check every stage on the small network, then build the large one; what to report.

    Raises BadInput for a stage that differs from the reference, naming the value.
    """
    if job["synthesise"]:
        stages.require_vivado()
    target = target_from_json(job["target"])
    checks, small = checked(job, folder, target)
    model, found = built_network(
        folder / "network.qonnx.onnx", folder / "finn" / "build", target, job
    )
    stages.same_network(small, model)
    model.save(str(folder / "network.finn.onnx"))
    stages.write_configuration(model, folder / "folding.json")
    usage = stages.usage_of_layers(model, target.board.part)
    names = layers_of(model)
    report = {
        "target": target.to_json(),
        "checks": [asdict(check) for check in checks],
        "boundary": stages.boundary(model),
        "layers": [
            {
                "layer": names[node.name], **_timing(node, found), **_usage(usage[node.name]),
                "memory": found.styles.get(node.name),
                "folding": stages.folding_of(model, node.name),
            }
            for node in found.graph.nodes if node.inputs
        ],
        "fifos": _fifos(found),
        "interval": found.outcome.interval,
        "first_output": found.depths.first,
        "usage": asdict(found.usage),
        "graph": found.converted.to_json(),
        "rates": _rates(folder, target, found) if job["rates"] else [],
    }  # fmt: skip
    if job["synthesise"]:
        stages.synthesise(model, folder / "synthesis", target)
    return report


def checked(job: dict[str, Any], folder: Path, target: Target) -> tuple[list[Check], ModelWrapper]:
    """Each stage of the small network against the reference; stops at the first difference."""
    reference = dict(np.load(folder / "tensors.npz"))
    checks: list[Check] = []
    places: dict[str, Any] = {}

    def check(stage: str, model: ModelWrapper) -> None:
        if stage == "widen":
            places.update(places_of(model))
        checks.append(check_stage(stage, model, reference, places, stage not in CHANNELS_FIRST))
        if checks[-1].fault:
            raise BadInput(
                f"after stage {stage}, {checks[-1].fault}; "
                "take `fdscs check` to see whether the build is sound."
            )
        print(f"{stage}: 0 of {checks[-1].values:,} differ", flush=True)

    model, _ = built_network(folder / "small.onnx", folder / "finn" / "check", target, job, check)
    return checks, model


def built_network(
    network: Path,
    folder: Path,
    target: Target,
    job: dict[str, Any],
    check: Callable[[str, ModelWrapper], None] | None = None,
) -> tuple[ModelWrapper, stages.Found]:
    """The network after all stages, and what folding found; `check(stage, model)` after each."""
    random.seed(0)  # FINN makes up names
    cfg = stages.configuration(folder, target)
    model, found = ModelWrapper(str(network)), stages.Found()
    for stage, step in stages.front_end_steps(job["thresholds_up_to"]).items():
        model = step(model, cfg)
        if check:
            check(stage, model)
    found.unfolded = model
    model = stages.fold(model, cfg, target, found)
    if check:
        check("folded", model)
    return model, found


def _timing(node: Any, found: Any) -> dict[str, Any]:
    interval = schedule(found.graph, node).interval
    return {"node": node.name, "kind": node.kind, "cycles": interval}


def _usage(rows: dict[str, Any]) -> dict[str, Any]:
    return {name: asdict(usage) for name, usage in rows.items()}


def _fifos(found: Any) -> list[dict[str, Any]]:
    graph, depths = found.converted, found.depths
    readers = {name: node for node in graph.nodes for name in node.inputs}
    return [
        {
            "stream": name, "pixels": pixels, "rows": pixels / readers[name].size[1],
            "least": depths.least.get(name), "full_rate": depths.full_rate[name],
            "bits": pixels * graph.streams[name].words * graph.streams[name].word_bits,
        }
        for name, pixels in found.pixels.items()
    ]  # fmt: skip


def _rates(folder: Path, target: Target, found: Any) -> list[dict[str, Any]]:
    """Rate against resources, for some rates beside the target's."""
    rows = []
    for factor in RATES:
        other, made = replace(target, fps=target.fps * factor), stages.Found()
        cfg = stages.configuration(folder / "finn" / "rates", other)
        stages.fold(found.unfolded, cfg, other, made)
        fps = other.clock * 1e6 / made.outcome.interval
        rows.append({"fps": fps, "usage": asdict(made.usage)})
    return rows
