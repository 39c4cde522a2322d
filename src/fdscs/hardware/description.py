"""A design as data: folding, streams, timing and resources."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from fdscs.hardware.plan import Design
from fdscs.storage.checkpoint import versions


def design_as_data(design: Design, params_sha256: str, language: str) -> Mapping[str, Any]:
    """Folding, streams, timing and resources, with what they were made from, for design.json.

    `params_sha256` is the hash of params.npz, `language` that of the project.
    """
    flow, target = design.flow, design.target
    return {
        "language": language,
        "graph_sha256": flow.graph.digest(),
        "params_sha256": params_sha256,
        "board": asdict(target.board),
        "clock_mhz": target.clock,
        "image_size": list(target.size),
        "max_columns": flow.max_columns,
        "frames_per_second": round(design.fps, 3),
        "frames_per_second_alone": round(design.fps_alone, 3),
        "interval_cycles": design.timing.interval,
        "latency_cycles": design.timing.end,
        "resources": asdict(design.usage),
        "folding": {
            name: [each.simd, each.pe] + ([2] if each.pixels == 2 else [])
            for name, each in flow.folding.items()
        },
        "processes": [
            {
                "name": process.name,
                "op": type(process.op).__name__,
                "inputs": list(process.inputs),
                "outputs": list(process.outputs),
                "cycles": row.cycles,
                "first_output_cycle": row.first,
                "macs_per_cycle": row.macs,
                "resources": asdict(row.usage),
                "memory_bits": row.memory_bits,
            }
            for process, row in zip(flow.processes, design.table, strict=True)
        ],
        "streams": [
            {
                "name": stream.name,
                "tensor": stream.tensor,
                "format": f"{'s' if stream.signed else 'u'}{stream.bits}",
                "channels": stream.channels,
                "lanes": stream.lanes,
                "words_per_pixel": stream.words,
                "depth": stream.depth,
                "memory": stream.memory,
            }
            for stream in flow.streams.values()
        ],
        "versions": versions(),
    }
