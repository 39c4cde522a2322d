"""Plots as SVG to stand in the page, the same bytes each time."""

import io
import re
from collections.abc import Sequence

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure
from matplotlib.transforms import ScaledTranslation, Transform

from fdscs.evaluation.accuracy import Accuracy, drawn
from fdscs.report.content import Content, Layer

INK, MUTED, PALE, ACCENT, WARN = "#1c2733", "#6b7785", "#d9e0e7", "#1f6feb", "#d7302f"
SHADES = ("#cfe4ff", "#9ecbff", "#58a6ff", "#1f6feb", "#0b3d91")
FLOAT32_BITS = 25  # signed, of integers up to 2^24
STYLE = {
    "svg.fonttype": "none",  # text stays text
    "text.parse_math": False,  # names from files are names
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Helvetica", "Arial"],
    "font.size": 9,
    "axes.edgecolor": PALE,
    "axes.labelcolor": INK,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.titlecolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": MUTED,
    "ytick.color": INK,
    "ytick.major.size": 0,
    "legend.frameon": False,
}


def ranges(content: Content) -> str:
    """Values, accumulators and the error of every layer, side by side."""
    layers = content.layers
    with rc_context({**STYLE, "svg.hashsalt": "ranges"}):
        figure = Figure(figsize=(11, 1.3 + 0.235 * len(layers)), layout="constrained")
        values, accumulators, errors = figure.subplots(1, 3, sharey=True, width_ratios=(5, 3, 3))
        _values(values, layers)
        _accumulators(accumulators, layers)
        _errors(errors, layers)
        values.set_yticks(range(len(layers)), [layer.conv.name for layer in layers])
        values.set_ylim(len(layers) - 0.4, -0.6)
        return _svg(figure)


def operations(content: Content) -> str:
    """Bit operations of every layer, coloured by the bits of its weights."""
    layers = content.layers
    bits = sorted({layer.conv.weight_bits for layer in layers})
    shades = [SHADES[round(k * (len(SHADES) - 1) / len(bits))] for k in range(1, len(bits) + 1)]
    with rc_context({**STYLE, "svg.hashsalt": "operations"}):
        figure = Figure(figsize=(11, 2.6), layout="constrained")
        axes = figure.add_subplot()
        colours = [shades[bits.index(layer.conv.weight_bits)] for layer in layers]
        shares = [layer.bit_operations for layer in layers]
        axes.bar(range(len(layers)), shares, 0.7, color=colours)
        names = [layer.conv.name for layer in layers]
        axes.set_xticks(range(len(layers)), names, rotation=60, ha="right", rotation_mode="anchor")
        axes.set_xlim(-0.6, len(layers) - 0.4)
        axes.set_ylabel("bit operations, %")
        norm = BoundaryNorm(np.arange(len(bits) + 1) - 0.5, len(bits))
        scale = ScalarMappable(norm, ListedColormap(shades))
        bar = figure.colorbar(scale, ax=axes, aspect=12, pad=0.01)
        bar.set_ticks(range(len(bits)), labels=[str(each) for each in bits])
        bar.set_label("weight bits")
        bar.outline.set_visible(False)
        bar.ax.tick_params(which="both", size=0)
        return _svg(figure)


def accuracy(builds: Sequence[Accuracy]) -> str:
    """D1 against bit operations, as `fdscs tabulate` draws it."""
    with rc_context({**STYLE, "svg.hashsalt": "accuracy"}):
        return _svg(drawn(builds))


def _values(axes: Axes, layers: Sequence[Layer]) -> None:
    for y, layer in enumerate(layers):
        fmt, found = layer.output, layer.departure
        top = fmt.max * fmt.step
        axes.plot([fmt.step, top], [y, y], color=PALE, linewidth=9, solid_capstyle="butt")
        low, middle, high = found.centiles
        if high > 0:
            axes.plot([low, high], [y, y], color=ACCENT, linewidth=4, solid_capstyle="butt")
            axes.plot([middle], [y], "|", color="white", markersize=5)
            beyond = found.most > top
            axes.plot([found.most], [y], ">", color=WARN if beyond else INK, markersize=4)
    axes.set_xscale("log", base=2)
    axes.xaxis.set_major_formatter(lambda x, _: f"{x:g}" if x >= 1 else f"1/{1 / x:g}")
    axes.set_title("values above 0: what codes hold, what occurs")
    axes.set_xlabel("value, on the scale of the layer")
    _key(axes, [(PALE, "step to largest code"), (ACCENT, "1 to 99.9 % of the float values")])


def _accumulators(axes: Axes, layers: Sequence[Layer]) -> None:
    widths = [layer.bound.bits for layer in layers]
    reached = [np.log2(max(high, -low, 1)) + 1 for low, high in (each.reached for each in layers)]
    axes.barh(range(len(layers)), widths, 0.62, color=PALE)
    axes.barh(range(len(layers)), reached, 0.28, color=ACCENT)
    axes.axvline(FLOAT32_BITS, color=WARN, linewidth=1, linestyle="--")
    axes.set_xlim(0, FLOAT32_BITS + 1)
    axes.set_title("accumulator, bits")
    axes.set_xlabel("signed bits; dashed: float32 is exact")
    _key(axes, [(PALE, "proved"), (ACCENT, "on this pair")])


def _errors(axes: Axes, layers: Sequence[Layer]) -> None:
    for y, layer in enumerate(layers):
        decibels = layer.departure.decibels
        if decibels is not None:
            axes.plot([0, decibels], [y, y], color=PALE, linewidth=1.5)
            axes.plot([decibels], [y], "o", color=ACCENT, markersize=4)
    axes.axvline(0, color=PALE, linewidth=1)
    axes.set_title("float against quantised, dB")
    axes.set_xlabel("signal to error; 6 dB are a bit")


def _key(axes: Axes, entries: list[tuple[str, str]]) -> None:
    for colour, text in entries:
        axes.plot([], [], color=colour, linewidth=5, label=text)
    axes.legend(loc="upper left", bbox_to_anchor=(0, -0.09), ncols=2, fontsize=8, borderpad=0,
        borderaxespad=0,
                bbox_transform=_below(axes), handlelength=1.4)  # fmt: skip


def _below(axes: Axes) -> Transform:
    """Coordinates of the axes, moved down by what the labels take whatever its height."""
    figure = axes.get_figure()
    assert figure is not None
    return axes.transAxes + ScaledTranslation(0, -0.42, figure.dpi_scale_trans)


def _svg(figure: Figure) -> str:
    """The <svg> element alone: no prolog, no date, no style or name that would reach the page."""
    buffer = io.StringIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    figure.savefig(buffer, format="svg", metadata=nothing, transparent=True)
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<style.*?</style>", "", text, flags=re.DOTALL)
    return re.sub(r'<g id="[^"]*"', "<g", text)
