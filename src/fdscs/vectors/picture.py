"""A picture of where what came back differs."""

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fdscs.storage.atomic import replacing
from fdscs.vectors.compare import Difference

ABSENT = "lightgray"


def save_difference(path: Path, difference: Difference) -> None:
    """PNG: channels that differ at each pixel; beside it, expected and found of one channel.

    The channel is that of the first difference, which a ring marks, or the first where no value
    differs. What is missing or undefined is gray.
    """
    first = difference.first
    channel = first[0] if first else 0
    expected, found = difference.expected[channel], difference.found[channel]
    low, high = int(expected.min()), int(expected.max())
    wrong = difference.wrong.sum(axis=0)
    panels: list[tuple[str, Any, float, float]] = [
        ("channels that differ", wrong, 0, max(1, int(wrong.max()))),
        (f"expected, channel {channel}", expected, low, high),
        (
            f"found, channel {channel}",
            np.ma.masked_array(found, difference.absent[channel]),
            low,
            high,
        ),
    ]
    wide = expected.shape[1] > 1.5 * expected.shape[0]
    figure = Figure(figsize=(8, 9) if wide else (15, 4.5), layout="constrained")
    for axes, panel in zip(figure.subplots(*((3, 1) if wide else (1, 3))), panels, strict=True):
        _show(figure, axes, *panel)
        if first:
            axes.plot(first[2], first[1], "o", markersize=14, fillstyle="none", color="red")
    figure.suptitle(f"{difference.compared.entry.name}: {difference.compared.file}")
    with replacing(path) as temporary:
        figure.savefig(temporary, format="png", dpi=110, metadata={"Software": None})


def _show(figure: Figure, axes: Axes, title: str, values: Any, low: float, high: float) -> None:
    axes.set_facecolor(ABSENT)
    image = axes.imshow(values, cmap="viridis", vmin=low, vmax=high, interpolation="nearest")
    axes.set_title(title)
    axes.set_xlabel("column")
    axes.set_ylabel("row")
    figure.colorbar(image, ax=axes)
