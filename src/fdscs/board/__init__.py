"""The accelerator on a board, from Python: pairs in, disparity out.

    import fdscs.board

    with fdscs.board.open("fdscs.bit") as board:
        disparity = board(left, right)              # uint8 (H, W, 3) → float32 px (H, W)
        for disparity in board.batch(pairs): ...    # two frames in flight
        print(board.self_test())                    # bit-exact, or the first pixel that is not

It needs NumPy, PYNQ and the files of a kit that `fdscs board` wrote; nothing else of fdscs, and
Python 3.10, which PYNQ's images have. What cannot be used raises BadInput; what does not happen
on the board raises BoardError, and the next frame begins anew.
"""

from fdscs.board.driver import Board
from fdscs.board.errors import BoardError
from fdscs.board.opening import open
from fdscs.storage.errors import BadInput

__all__ = ["BadInput", "Board", "BoardError", "open"]
