"""One stream for two readers."""

from fdscs.hardware.dataflow import Fork as ForkNode
from fdscs.hardware.dataflow import Word
from fdscs.hardware.logic import CONTROL, Sizes
from fdscs.hardware.ops.operation import Operation, Parameters, Placed


class Fork(Operation[ForkNode]):
    """A word a cycle."""

    def sizes(self, function: str, p: Parameters) -> Sizes:
        word = p["word"]
        assert isinstance(word, Word)
        return {CONTROL: 1, "word bits": word.code.bits * word.lanes}

    def parameters(self, op: ForkNode, at: Placed) -> Parameters:
        return {
            "grid": at.output.grid,
            "words": at.output.words,
            "word": at.output.word,
            "max_columns": at.columns,
        }
