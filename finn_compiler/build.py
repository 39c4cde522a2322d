"""One build: `python -m finn_compiler.build job.json`, in FINN's environment.

Writes into the job's folder what FINN needs to go on, and report.json last.
"""

import json
import logging
import random
import sys
import warnings
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from finn_compiler import environment
from hardware.finn.target import Target, target_from_json
from storage.errors import BadInput

REPORT = "report.json"
RATES = (0.5, 0.75, 1.25, 1.5)  # of the target, for the table of rates


def main(job_file: str) -> None:
    """Run the job; on bad input one sentence on standard error and status 1."""
    job = json.loads(Path(job_file).read_text())
    folder = Path(job_file).resolve().parent
    environment.prepare(folder / "finn")
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)  # FINN tells of every type it infers
    try:
        report = run(job, folder)
    except BadInput as error:
        print(error, file=sys.stderr)
        sys.exit(1)
    (folder / REPORT).write_text(json.dumps(report, indent=1) + "\n")


def run(job: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Check every stage on the small network, then build the large one; what to report."""
    from finn_compiler import stages  # FINN is ready only now
    from finn_compiler.nodes import layers_of

    target = target_from_json(job["target"])
    checks, small = _checked(job, folder, target)
    model, found = _built(folder / "network.qonnx.onnx", folder / "finn" / "build", target, job)
    stages.same_network(small, model)
    model.save(str(folder / "network.finn.onnx"))
    stages.write_configuration(model, folder / "folding.json")
    usage = stages.usage_rows(model, target.board.part)
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


def _checked(job: dict[str, Any], folder: Path, target: Target) -> tuple[list[Any], Any]:
    """Each stage of the small network against the reference; stops at the first difference."""
    from finn_compiler.checks import check_stage
    from finn_compiler.widen import places_of

    reference = dict(np.load(folder / "tensors.npz"))
    checks: list[Any] = []
    places: dict[str, Any] = {}

    def check(stage: str, model: Any) -> None:
        if stage == "widen":
            places.update(places_of(model))
        checks.append(check_stage(stage, model, reference, places, stage not in ("codes", "widen")))
        if checks[-1].fault:
            raise BadInput(f"after stage {stage}, {checks[-1].fault}; this is a fault of ours.")
        print(f"{stage}: 0 of {checks[-1].values:,} differ", flush=True)

    model, _ = _built(folder / "small.onnx", folder / "finn" / "check", target, job, check)
    return checks, model


def _built(
    network: Path, folder: Path, target: Target, job: dict[str, Any], check: Any = None
) -> tuple[Any, Any]:
    from qonnx.core.modelwrapper import ModelWrapper

    from finn_compiler import stages

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
    from hardware.finn.schedule import schedule

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
    from dataclasses import replace

    from finn_compiler import stages

    rows = []
    for factor in RATES:
        other, made = replace(target, fps=target.fps * factor), stages.Found()
        cfg = stages.configuration(folder / "finn" / "rates", other)
        stages.fold(found.unfolded, cfg, other, made)
        fps = other.clock * 1e6 / made.outcome.interval
        rows.append({"fps": fps, "usage": asdict(made.usage)})
    return rows


if __name__ == "__main__":
    main(sys.argv[1])
