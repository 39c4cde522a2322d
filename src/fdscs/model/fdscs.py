"""The layer table: FDSCS from pixels to disparity, as a graph.

Source: Yee and Chakrabarti, "Fast Deep Stereo with 2D Convolutional Processing of Cost
Signatures", WACV 2020. The names of the layers are those of the authors' weights.
"""

from collections.abc import Mapping

from fdscs.model.config import Architecture, Precision
from fdscs.model.graph import (
    BlockSum,
    Census,
    CentredRgb,
    ColourMix,
    Concat,
    Conv2d,
    CostVolume,
    Crop,
    DepthToSpace,
    Format,
    Graph,
    Image,
    MaxPool,
    Op,
    ReflectPad,
    Requantise,
    Upsample,
)

# BT.601 on sums of four pixels. Chroma is shifted right by 10, which makes its step 1/255 exactly:
# 1024 / (4 · 255 · 256). Luma keeps all its bits: census compares neighbours that differ by little.
LUMA = (77, 150, 29)
CHROMA_U = (-38, -74, 112)
CHROMA_V = (158, -132, -26)
CHROMA_SHIFT = 10
CHROMA_STEP = 1 / 255
COST_SATURATION = 63  # of |ΔU| and |ΔV|, in chroma steps

# The published normalisation of the three costs: (cost − mean) · scale.
COST_MEAN = (11.08282948, 0.02175535, 0.02679042)
COST_SCALE = (0.1949711, 35.91432953, 26.79782867)

RELU = "_relu"  # suffix of the requantised output of a convolution


def build_graph(
    architecture: Architecture,
    precision: Precision | None = None,
    frac: Mapping[str, int] | None = None,
) -> Graph:
    """The datapath of `architecture` with the widths of `precision`.

    `frac` gives the fraction bits of each requantised tensor ("enc0_relu", …), as calibration
    chose them; without it all have those of rgb. Raises ValueError for widths or channels of
    layers that do not exist, InvalidGraph for formats that cannot be joined.
    """
    table = _Table(precision or Precision(), frac, architecture.channels)
    table.front_end(architecture.disparities)
    features = table.encoder(architecture)
    features = table.unet(architecture, features)
    table.back_end(features)
    return table.finish()


class _Table:
    """Collects the nodes; every method adds some and returns the name of the last."""

    def __init__(
        self, precision: Precision, frac: Mapping[str, int] | None, chosen: Mapping[str, int]
    ) -> None:
        self.precision = precision
        self.frac = frac
        self.chosen = chosen  # channels of convolutions that have not the regular number
        self.nodes: list[Op] = []
        self.channels: dict[str, int] = {}

    def add(self, node: Op) -> str:
        self.nodes.append(node)
        self.channels[node.name] = node.channels
        return node.name

    def front_end(self, disparities: int) -> None:
        costs: list[str] = []
        for view in ("left", "right"):
            self.add(Image(view, (), 3, Format(8, False, 0)))
            total = self.add(BlockSum(f"{view}_sum", (view,), 3, Format(10, False, 0)))
            luma = self.add(ColourMix(f"{view}_y", (total,), 1, Format(18, False, 0), LUMA, 0))
            chroma_u = self.add(
                ColourMix(f"{view}_u", (total,), 1, Format(8, True, 0), CHROMA_U, CHROMA_SHIFT)
            )
            chroma_v = self.add(
                ColourMix(f"{view}_v", (total,), 1, Format(9, True, 0), CHROMA_V, CHROMA_SHIFT)
            )
            census = self.add(Census(f"{view}_census", (luma,), 1, Format(24, False, 0)))
            costs += [census, chroma_u, chroma_v]
        left_right = tuple(name for both in zip(costs[:3], costs[3:], strict=True) for name in both)
        self.add(
            CostVolume(
                "cost", left_right, 3 * disparities, Format(6, False, 0), disparities,
                COST_SATURATION,
            )
        )  # fmt: skip
        bits = self.precision.rgb_bits
        self.add(CentredRgb("rgb", ("left_sum",), 3, Format(bits, True, bits - 1)))

    def conv(self, name: str, source: str, channels: int, kernel: int) -> str:
        """A convolution and the ReLU that requantises its accumulator."""
        self._conv(name, source, channels, kernel)
        bits = self.precision.activations.get(name, self.precision.activation_bits)
        return self._relu(name, Format(bits, False, self._frac(name + RELU)))

    def _conv(self, name: str, source: str, channels: int, kernel: int) -> str:
        channels = self.chosen.get(name, channels)
        bits = self.precision.weights.get(name, self.precision.weight_bits)
        acc_bits = self.precision.accumulator_bits
        source_channels = self.channels[source]
        return self.add(Conv2d(name, (source,), channels, source_channels, kernel, bits, acc_bits))

    def _relu(self, name: str, fmt: Format) -> str:
        return self.add(Requantise(name + RELU, (name,), self.channels[name], fmt))

    def _frac(self, name: str) -> int:
        return self.precision.rgb_bits - 1 if self.frac is None else self.frac[name]

    def concat(self, name: str, first: str, second: str) -> str:
        return self.add(Concat(name, (first, second), self.channels[first] + self.channels[second]))

    def encoder(self, architecture: Architecture) -> str:
        source = "cost"
        for index, channels in enumerate(architecture.encoder):
            source = self.conv(f"enc{index}", source, channels, kernel=1)
        source = self.concat("cenc_in", "rgb", source)
        for index, channels in enumerate(architecture.context):
            source = self.conv(f"cenc{index or ''}", source, channels, kernel=3)
        return source

    def unet(self, architecture: Architecture, features: str) -> str:
        levels = list(range(len(architecture.unet), 0, -1))  # the top level has the largest number
        width = dict(zip(levels, architecture.unet, strict=True))
        inside = self.concat("unet_in", "rgb", features)
        source = self.add(
            ReflectPad("unet_pad", (inside,), self.channels[inside], 2 ** (len(levels) - 1))
        )
        skip: dict[int, str] = {}
        for level in levels:
            source = self.conv(f"u1u1_{level}", source, width[level], kernel=3)
            skip[level] = source = self.conv(f"u2_{level}", source, width[level], kernel=3)
            if level > 1:
                source = self.add(MaxPool(f"pool_{level}", (source,), self.channels[source]))
        for level in reversed(levels[:-1]):
            source = self.conv(f"u1u3_{level}", source, 4 * width[level], kernel=1)
            depth = self.channels[source] // 4
            source = self.add(DepthToSpace(f"up_{level}", (source,), depth))
            source = self.concat(f"cat_{level}", skip[level], source)
            source = self.conv(f"u4_{level}", source, width[level], kernel=3)
            source = self.conv(f"u1u5_{level}", source, width[level], kernel=3)
        return self.add(Crop("unet_crop", (source, inside), self.channels[source]))

    def back_end(self, features: str) -> None:
        self._conv("out", features, 1, kernel=1)
        frac = self.precision.disparity_frac
        half = self._relu("out", Format(8 + frac, False, frac))
        self.add(Upsample("disparity", (half, "left"), 1, Format(10 + frac, False, frac + 2)))

    def finish(self) -> Graph:
        graph = Graph(tuple(self.nodes))
        convs = {conv.name for conv in graph.of_type(Conv2d)}
        if "out" in self.precision.activations:
            raise ValueError("activations.out is not for choice; disparity_frac gives its width")
        bits = {**self.precision.weights, **self.precision.activations}
        for what, chosen in (("bits", bits), ("channels", self.chosen)):
            unknown = sorted(set(chosen) - convs)
            if unknown:
                raise ValueError(
                    f"the configuration gives {what} for {', '.join(unknown)}, which this network "
                    f"does not have; its layers are {', '.join(sorted(convs))}"
                )
        return graph
