"""Every operation of the graph and of the dataflow, by type."""

from typing import Any

from fdscs.hardware.dataflow import ChangeLanes, Dataflow, Fork, Process
from fdscs.hardware.ops import (
    block_sum,
    census,
    centred_rgb,
    change_lanes,
    colour_mix,
    concat,
    conv2d,
    cost_volume,
    crop,
    depth_to_space,
    fork,
    max_pool,
    reflect_pad,
    requantise,
    upsample,
)
from fdscs.hardware.ops.operation import Operation, Placed
from fdscs.model import graph as g

TABLE: dict[type, Operation[Any]] = {
    g.BlockSum: block_sum.BlockSum(),
    g.ColourMix: colour_mix.ColourMix(),
    g.CentredRgb: centred_rgb.CentredRgb(),
    g.Census: census.Census(),
    g.CostVolume: cost_volume.CostVolume(),
    g.Conv2d: conv2d.Conv2d(),
    g.Requantise: requantise.Requantise(),
    g.Concat: concat.Concat(),
    g.MaxPool: max_pool.MaxPool(),
    g.DepthToSpace: depth_to_space.DepthToSpace(),
    g.ReflectPad: reflect_pad.ReflectPad(),
    g.Crop: crop.Crop(),
    g.Upsample: upsample.Upsample(),
    Fork: fork.Fork(),
    ChangeLanes: change_lanes.ChangeLanes(),
}


def placed(flow: Dataflow, process: Process) -> Placed:
    """A process with the streams at its ports."""
    inputs = tuple(flow.streams[name] for name in process.inputs if name in flow.streams)
    return Placed(flow, inputs, flow.streams[process.outputs[0]])
