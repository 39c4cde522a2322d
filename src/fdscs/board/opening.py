"""From a bitstream to a board that is ready."""

from importlib import import_module
from pathlib import Path
from typing import Any

from fdscs.board.description import read_description
from fdscs.board.driver import TIMEOUT, Board
from fdscs.board.errors import BoardError
from fdscs.storage.errors import BadInput


def open(
    bitstream: Path | str,
    *,
    timeout: float = TIMEOUT,
    interrupts: bool = False,
    download: bool = True,
    pynq: Any = None,
) -> Board:
    """Load a kit's bitstream and make its accelerator ready; a context manager that closes it.

    NAME.hwh, which PYNQ reads, and NAME.json lie beside NAME.bit. `timeout` is how many seconds a
    stage of a frame may take. With `interrupts` the end of a frame is waited for by its interrupt,
    without by asking every tenth of a millisecond. `download` False leaves the bitstream that is
    loaded, as by xmutil. `pynq` is what stands in for the module of that name.

    Raises BadInput where files are missing or not of one kit, BoardError where the board is not
    what they say.
    """
    bitstream = Path(bitstream)
    for suffix in (".bit", ".hwh"):
        if not bitstream.with_suffix(suffix).is_file():
            raise BadInput(
                f"{bitstream.with_suffix(suffix)}: not found; copy what `make bitstream` in a kit "
                "makes in board/."
            )
    description = read_description(bitstream.with_suffix(".json"))
    if pynq is None:
        try:
            pynq = import_module("pynq")
        except ModuleNotFoundError as error:
            raise BadInput(
                "PYNQ is not installed; run this on the board, with the Python that its image has "
                "PYNQ in (often as root, after `source /etc/profile.d/pynq_venv.sh`)."
            ) from error
    overlay = pynq.Overlay(str(bitstream), download=download)
    registers = {}
    for cell in (description.accelerator, description.left, description.right):
        if cell not in overlay.ip_dict:
            raise BoardError(
                f"{bitstream}: has no cell {cell}, but {', '.join(sorted(overlay.ip_dict))}; take "
                ".bit, .hwh and .json of one kit."
            )
        place = overlay.ip_dict[cell]
        registers[cell] = pynq.MMIO(place["phys_addr"], place["addr_range"])
    board = Board(pynq, bitstream, description, registers, timeout, interrupts)
    try:
        board.prepare()
    except BaseException:
        board.close()
        raise
    return board
