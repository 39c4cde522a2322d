"""What a dataflow graph is folded for."""

from dataclasses import asdict, dataclass
from typing import Any

from fdscs.hardware.boards import BOARDS, Board
from fdscs.hardware.usage import Usage


@dataclass(frozen=True)
class Target:
    """`fps` frames a second at `clock` MHz within a share `limit` of a board's resources."""

    board: Board
    clock: float
    fps: float
    limit: float = 0.8
    weights_in_uram: bool = False

    @property
    def cycles(self) -> int:
        """Clock cycles a frame."""
        return int(self.clock * 1e6 / self.fps)

    @property
    def whole(self) -> Usage:
        """All that the board has."""
        board = self.board
        return board.whole

    def to_json(self) -> dict[str, Any]:
        """Plain data; `target_from_json` reads it back."""
        return {**asdict(self), "board": self.board.name}


def target_from_json(data: dict[str, Any]) -> Target:
    """The target that `Target.to_json` has written."""
    return Target(**{**data, "board": BOARDS[data["board"]]})
