"""A back end that is right but for one bit."""

from collections.abc import Mapping

from fdscs.export.build import Build
from fdscs.hls_reference.fixed_point import IntArray
from fdscs.hls_reference.run import TABLE, Codes
from fdscs.model.graph import Image, Op
from fdscs.verification.mutations import Fault, faulty


class FaultyBackend:
    """The reference with a fault; its own widths are not asserted, as hardware's are not."""

    name = "faulty"

    def __init__(self, build: Build, fault: Fault) -> None:
        self.graph, self.params, self.fault = build.graph, build.params, fault

    def run_images(self, left: IntArray, right: IntArray) -> Codes:
        return self._run({"left": left.transpose(2, 0, 1), "right": right.transpose(2, 0, 1)})

    def run_network(self, cost: IntArray, rgb: IntArray) -> Codes:
        return self._run({"cost": cost, "rgb": rgb})

    def run_layer(self, conv: str, codes: IntArray) -> Codes:
        layer, relu = self.graph[conv], self.graph[f"{conv}_relu"]
        acc = self._make(layer, codes)
        return {conv: acc, relu.name: self._make(relu, acc)}

    def _run(self, given: Mapping[str, IntArray]) -> Codes:
        values: Codes = dict(given)
        for node in self.graph.nodes:
            known = all(each in values for each in node.inputs)
            if known and node.name not in given and not isinstance(node, Image):
                values[node.name] = self._make(node, *(values[each] for each in node.inputs))
        return values

    def _make(self, node: Op, *inputs: IntArray) -> IntArray:
        if node.name == self.fault.layer:
            return faulty(node, self.params, inputs, self.fault)
        return TABLE[type(node)](node, self.params, *inputs)
