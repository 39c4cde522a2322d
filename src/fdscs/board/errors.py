"""What goes wrong on a board."""


class BoardError(RuntimeError):
    """The board did not do what it should: one sentence saying which stage, why, what to do."""
