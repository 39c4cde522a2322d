"""What a driver has to know of a bitstream: NAME.json beside NAME.bit, written by `fdscs board`."""

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from fdscs.storage.errors import BadInput

FORM = 1  # of the file


@dataclass(frozen=True)
class Description:
    """A build on a board, and the names of its block design's cells."""

    board: str
    part: str
    graph: str  # its SHA-256, hexadecimal
    clock: float  # MHz
    rows: int  # of the images that the design's rate is for
    columns: int
    fps: float  # planned, frames overlapped
    colours: str  # of a pixel's bytes from the low one up, as "rgb"; the fourth byte is ignored
    bits: int  # of a code of disparity
    fraction: int  # of them: a code is so many halvings of a pixel
    accelerator: str  # cells
    left: str
    right: str
    interrupt: str  # pin

    @property
    def code_bytes(self) -> int:
        """Bytes of a code in memory."""
        return -(-self.bits // 8)

    def text(self) -> str:
        """The file's content."""
        return json.dumps({"form": FORM, **asdict(self)}, indent=1) + "\n"


def read_description(path: Path) -> Description:
    """The description in the file `path`; raises BadInput where it is none."""
    try:
        data: Any = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BadInput(
            f"{path}: not found; `fdscs board` writes it: copy it beside the bitstream."
        ) from error
    except (OSError, ValueError) as error:
        raise BadInput(f"{path}: not readable as JSON ({error}); copy it from the kit.") from error
    if not isinstance(data, dict) or data.pop("form", None) != FORM:
        raise BadInput(f"{path}: not of the form {FORM} that this driver reads; copy the kit's.")
    wanted = {field.name: field.type for field in fields(Description)}
    if data.keys() != wanted.keys():
        odd = ", ".join(sorted(data.keys() ^ wanted.keys()))
        raise BadInput(f"{path}: {odd}: missing or too much; copy it from the kit.")
    for name, value in data.items():
        kinds = (int, float) if wanted[name] is float else wanted[name]
        if not isinstance(value, kinds) or isinstance(value, bool):  # type: ignore[arg-type]
            raise BadInput(f"{path}: {name}: {value!r} cannot be; copy it from the kit.")
    return Description(**data)
