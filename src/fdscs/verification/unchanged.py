"""Proof that a cleaned network computes what the network before it did, channel by channel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from fdscs.backends.reference import ReferenceBackend
from fdscs.model.graph import Concat, Conv2d, DepthToSpace, Formatted, Graph, Image, Requantise
from fdscs.model.images import check_images
from fdscs.quantization.freeze import Frozen
from fdscs.stereo_datasets.pair import StereoPair
from fdscs.storage.progress import track
from fdscs.vectors.mismatch import LayerResult, Mismatch, compare_tensors
from fdscs.verification.check import runs

Channels = Mapping[str, NDArray[np.intp]]


@dataclass
class Proof:
    """What was compared, and the first difference of each case that has one."""

    layers: dict[str, LayerResult]
    cases: list[str] = field(default_factory=list)
    first: list[Mismatch] = field(default_factory=list)  # channels as the cleaned network has them

    @property
    def elements(self) -> int:
        """Values compared."""
        return sum(layer.elements for layer in self.layers.values())

    @property
    def passed(self) -> bool:
        """Nothing differs."""
        return not self.first


def prove_unchanged(
    before: Frozen,
    after: Frozen,
    kept: Channels,
    pairs: Sequence[StereoPair],
    progress: bool = True,
) -> Proof:
    """Run both by the reference; compare every tensor of `after` with its channels in `before`.

    On `pairs` and on the corner cases. `kept` gives, by convolution, which output channels of
    `before` those of `after` are. Raises BadInput for images that the network cannot take.
    """
    for pair in pairs:
        check_images(before.graph, pair.left, pair.right)
    made = [node.name for node in before.graph.nodes if not isinstance(node, Image)]
    channels = {name: channels_kept(before.graph, kept, name) for name in made}
    original, cleaned = (ReferenceBackend(each.graph, each.params) for each in (before, after))
    proof = Proof({name: LayerResult(name) for name in made})
    cases = list(runs(before.graph, pairs, True))
    for name, run in track(cases, "comparing with the network before", shown=progress):
        proof.cases.append(name)
        values = run(original)
        expected = {each: values[each][channels[each]] for each in made if each in values}
        mismatch = compare_tensors(expected, run(cleaned), "cleaned", name, proof.layers)
        if mismatch:
            proof.first.append(mismatch)
    return proof


def channels_kept(graph: Graph, kept: Channels, name: str) -> NDArray[np.intp]:
    """Which channels of the tensor `name` of `graph` stay, given those of each convolution."""
    node = graph[name]
    if isinstance(node, Conv2d):
        return kept[name]
    if isinstance(node, Formatted) and not isinstance(node, Requantise):
        return np.arange(node.channels)
    inputs = [channels_kept(graph, kept, each) for each in node.inputs]
    if isinstance(node, Concat):
        return np.concatenate([inputs[0], inputs[1] + graph[node.inputs[0]].channels])
    if isinstance(node, DepthToSpace):
        return inputs[0][: len(inputs[0]) // 4]  # block-major: the first block names the channels
    return inputs[0]
