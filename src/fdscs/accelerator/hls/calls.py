"""How each operation is called in the generated C++: one entry an operation, as in hls/ops."""

from collections.abc import Callable
from dataclasses import dataclass

from fdscs.hardware.dataflow import ChangeLanes, Dataflow, Fork, Process, Stream, most_columns
from fdscs.model import graph as g


@dataclass(frozen=True)
class Call:
    """A function of hls/ops, its template arguments, and constant tables behind the streams."""

    function: str
    template: tuple[str | int, ...]
    tables: tuple[str, ...] = ()

    def text(self, process: Process) -> str:
        """The call, in C++."""
        arguments = ", ".join([*process.inputs, *process.outputs, *self.tables, "rows", "columns"])
        return f"{self.function}<{', '.join(map(str, self.template))}>({arguments})"


def call(flow: Dataflow, process: Process) -> Call:
    """The call of `process`."""
    inputs = [flow.streams[name] for name in process.inputs if name in flow.streams]
    return TABLE[type(process.op)](flow, process, inputs, flow.streams[process.outputs[0]])


def codes(stream: Stream) -> str:
    """The C++ type of a stream's codes."""
    return f"Codes<{stream.bits}, {str(stream.signed).lower()}>"


def word(stream: Stream) -> str:
    """The C++ type of a stream's words."""
    return f"Word<{codes(stream)}, {stream.lanes}>"


def grid(stream: Stream) -> str:
    """The C++ type that gives a stream's size."""
    return f"Grid<{stream.grid.level}, {stream.grid.multiple}>"


def _block_sum(flow: Dataflow, process: Process, ins: list[Stream], out: Stream) -> Call:
    return Call("block_sum", (codes(out), most_columns(flow, out.grid)))


def _colour_mix(flow: Dataflow, process: Process, ins: list[Stream], out: Stream) -> Call:
    op = process.op
    assert isinstance(op, g.ColourMix)
    mix = (*op.coefficients, op.shift, codes(ins[0]), codes(out))
    return Call("colour_mix", (grid(out), *mix, most_columns(flow, out.grid)))


def _centred_rgb(flow: Dataflow, process: Process, ins: list[Stream], out: Stream) -> Call:
    columns = most_columns(flow, out.grid)
    return Call("centred_rgb", (grid(out), codes(ins[0]), codes(out), columns))


def _census(flow: Dataflow, process: Process, ins: list[Stream], out: Stream) -> Call:
    columns = most_columns(flow, out.grid)
    return Call("census", (grid(out), codes(ins[0]), codes(out), columns))


def _cost_volume(flow: Dataflow, process: Process, ins: list[Stream], out: Stream) -> Call:
    op = process.op
    assert isinstance(op, g.CostVolume)
    formats = (codes(ins[0]), codes(ins[2]), codes(ins[4]), codes(out))
    columns = most_columns(flow, out.grid)
    return Call(
        "cost_volume", (grid(out), op.disparities, op.saturation, *formats, out.lanes, columns)
    )


def _conv2d(flow: Dataflow, process: Process, ins: list[Stream], out: Stream) -> Call:
    op = process.op
    assert isinstance(op, g.Conv2d)
    reads = (codes(ins[0]), op.in_channels, ins[0].lanes)
    writes = (f"Codes<{op.weight_bits}, true>", codes(out), op.channels, out.lanes)
    columns = most_columns(flow, out.grid)
    tables = (f"{op.name}_weight", f"{op.name}_bias")
    function = "conv2d" if flow.folding[op.name].pixels == 1 else "conv2d_pairs"
    return Call(function, (grid(out), op.kernel, *reads, *writes, columns), tables)


def _requantise(flow: Dataflow, process: Process, ins: list[Stream], out: Stream) -> Call:
    op = process.op
    assert isinstance(op, g.Requantise)
    columns = most_columns(flow, out.grid)
    return Call(
        "requantise",
        (grid(out), codes(ins[0]), codes(out), op.channels, out.lanes, columns),
        (f"{op.inputs[0]}_shift",),
    )


def _concat(flow: Dataflow, process: Process, ins: list[Stream], out: Stream) -> Call:
    reads = [part for each in ins for part in (codes(each), each.channels, each.lanes)]
    columns = most_columns(flow, out.grid)
    return Call("concat", (grid(out), *reads, codes(out), out.lanes, columns))


def _max_pool(flow: Dataflow, process: Process, ins: list[Stream], out: Stream) -> Call:
    columns = most_columns(flow, ins[0].grid)
    return Call("max_pool", (grid(ins[0]), codes(out), out.channels, out.lanes, columns))


def _depth_to_space(flow: Dataflow, process: Process, ins: list[Stream], out: Stream) -> Call:
    columns = most_columns(flow, ins[0].grid)
    return Call("depth_to_space", (grid(ins[0]), codes(out), out.channels, out.lanes, columns))


def _reflect_pad(flow: Dataflow, process: Process, ins: list[Stream], out: Stream) -> Call:
    op = process.op
    assert isinstance(op, g.ReflectPad)
    columns = most_columns(flow, ins[0].grid)
    kind = (op.multiple, codes(out), out.channels, out.lanes, columns)
    return Call("reflect_pad", (grid(ins[0]), grid(out), *kind))


def _crop(flow: Dataflow, process: Process, ins: list[Stream], out: Stream) -> Call:
    columns = most_columns(flow, ins[0].grid)
    kind = (codes(out), out.channels, out.lanes, columns)
    return Call("crop", (grid(ins[0]), grid(out), *kind))


def _upsample(flow: Dataflow, process: Process, ins: list[Stream], out: Stream) -> Call:
    op = process.op
    assert isinstance(op, g.Upsample)
    columns = most_columns(flow, ins[0].grid)
    return Call("upsample", (grid(ins[0]), codes(ins[0]), codes(out), op.format.frac - 2, columns))


def _fork(flow: Dataflow, process: Process, ins: list[Stream], out: Stream) -> Call:
    columns = most_columns(flow, out.grid)
    return Call("fork", (grid(out), out.words, word(out), columns))


def _change_lanes(flow: Dataflow, process: Process, ins: list[Stream], out: Stream) -> Call:
    columns = most_columns(flow, out.grid)
    kind = (codes(out), out.channels, ins[0].lanes, out.lanes, columns)
    return Call("change_lanes", (grid(out), *kind))


TABLE: dict[type, Callable[[Dataflow, Process, list[Stream], Stream], Call]] = {
    g.BlockSum: _block_sum,
    g.ColourMix: _colour_mix,
    g.CentredRgb: _centred_rgb,
    g.Census: _census,
    g.CostVolume: _cost_volume,
    g.Conv2d: _conv2d,
    g.Requantise: _requantise,
    g.Concat: _concat,
    g.MaxPool: _max_pool,
    g.DepthToSpace: _depth_to_space,
    g.ReflectPad: _reflect_pad,
    g.Crop: _crop,
    g.Upsample: _upsample,
    Fork: _fork,
    ChangeLanes: _change_lanes,
}
