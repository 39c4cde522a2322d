"""Boards that kits are for: those with a name, and any other by a TOML file."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, StringConstraints, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as validated

from fdscs.hardware.boards import BOARDS, Board
from fdscs.storage.errors import BadInput

TEMPLATE = "zynq-ultrascale"
BOARD_PARTS = {  # of Vivado's board files, without their versions
    "KV260": "xilinx.com:kv260_som:part0",
    "ZCU104": "xilinx.com:zcu104:part0",
    "ZCU102": "xilinx.com:zcu102:part0",
}
KRIA = ("KV260",)
Word = Annotated[str, StringConstraints(pattern=r"^[\w.:+-]+$", max_length=100)]
Count = Annotated[int, Field(ge=0, le=100_000_000, strict=True)]


@dataclass(frozen=True)
class KitBoard:
    """A board, and what its block design's processing system is configured by.

    `template` is the text of a template of the user's own, or empty for the one of ours; `preset`
    the text of a Tcl script for the cell `ps` where there are no board files, `board_part`.
    """

    board: Board
    board_part: str = ""
    preset: str = ""
    template: str = ""
    kria: bool = False


@validated(config={"extra": "forbid"})
class BoardFile:
    """What stands in a TOML file."""

    name: Word
    part: Word
    luts: Count
    ffs: Count
    dsps: Count
    brams: Count
    urams: Count = 0
    board_part: Annotated[str, StringConstraints(pattern=r"^[\w.:+-]*$")] = ""
    preset: str = ""
    template: str = TEMPLATE
    kria: bool = False


_FILE = TypeAdapter(BoardFile)


def kit_board(name: str) -> KitBoard:
    """The board of that name, or that of a TOML file; raises BadInput where there is none."""
    if name in BOARD_PARTS:
        return KitBoard(BOARDS[name], BOARD_PARTS[name], kria=name in KRIA)
    if name in BOARDS:
        raise BadInput(
            f"--board {name}: there are kits for {', '.join(BOARD_PARTS)} and boards with a "
            f"processing system that a TOML file describes; for {name} `fdscs rtl` writes the "
            "accelerator with its scripts for Vivado."
        )
    if not name.endswith(".toml"):
        raise BadInput(
            f"--board {name}: choose from {', '.join(BOARD_PARTS)}, or name a TOML file of a board."
        )
    return _read(Path(name))


def _read(path: Path) -> KitBoard:
    data = _checked(path, _data(path))
    board = Board(
        data.name, data.part, data.luts, data.dsps, data.brams, data.urams, data.ffs
    )  # fmt: skip
    if bool(data.board_part) == bool(data.preset):
        raise BadInput(
            f"{path}: give board_part, the name of Vivado's board files, or preset, a Tcl script "
            "that sets the properties of the cell ps; one of the two."
        )
    return KitBoard(
        board, data.board_part, _beside(path, data.preset),
        "" if data.template == TEMPLATE else _beside(path, data.template), data.kria,
    )  # fmt: skip


def _data(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BadInput(
            f"--board {path}: not found; choose from {', '.join(BOARD_PARTS)}, or name a TOML file "
            "of a board."
        ) from error
    except (OSError, ValueError, RecursionError) as error:
        said = re.sub(r"\s+", " ", str(error))
        raise BadInput(f"--board {path}: not readable as TOML ({said}); write it anew.") from error


def _checked(path: Path, data: Mapping[str, Any]) -> BoardFile:
    try:
        return _FILE.validate_python(data)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"])) or "board"
        raise BadInput(
            f"{path}: {field}: {first['msg']}; give it as docs/board.md has it."
        ) from error


def _beside(path: Path, name: str) -> str:
    """The text of a file beside the TOML file; empty for none."""
    if not name:
        return ""
    try:
        return (path.parent / name).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise BadInput(
            f"{path}: {name!r} is not readable beside it; name a text file there."
        ) from error
