"""One stream for two readers."""

from fdscs.hardware.dataflow import Fork as ForkNode
from fdscs.hardware.ops.operation import Operation, Parameters, Placed


class Fork(Operation[ForkNode]):
    """A word a cycle."""

    def parameters(self, op: ForkNode, at: Placed) -> Parameters:
        return {
            "grid": at.output.grid,
            "words": at.output.words,
            "word": at.output.word,
            "max_columns": at.columns,
        }
