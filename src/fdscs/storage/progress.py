"""What a wait says of itself, on standard error: its name, how far it is, how long it took.

On a terminal each stage is a bar while it lasts. Elsewhere nothing is said, so that logs and pipes
hold results only; VERBOSE adds a line with its seconds after each stage, on terminals too. QUIET
shows neither bars nor what is passed to `say`.
"""

import sys
import time
from collections.abc import Iterable, Iterator, Sized
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO, TypeVar

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

QUIET, USUAL, VERBOSE = 0, 1, 2
REDRAWN = 4  # times a second

T = TypeVar("T")
_level = USUAL
_bars: "Progress | None" = None  # one for all stages of the process that are running


def set_level(level: int) -> None:
    """How much is said from here on: QUIET, USUAL or VERBOSE."""
    global _level
    _level = level


def is_quiet() -> bool:
    """Whether results only are wanted: no tables either."""
    return _level == QUIET


class Stage:
    """A stage that is running; where nothing is shown, its methods do nothing."""

    def __init__(self, bars: "Progress | None" = None, task: "TaskID | None" = None) -> None:
        self._bars, self._task = bars, task

    def advance(self, note: str = "", count: int = 1) -> None:
        """So much more is done; `note` stands behind the bar."""
        if self._bars is not None and self._task is not None:
            self._bars.update(self._task, advance=count, note=note)


@contextmanager
def stage(
    title: str, total: int | None = None, start: int = 0, shown: bool = True
) -> Iterator[Stage]:
    """A named wait of `total` parts, `start` of them done before; of unknown length without it.

    Stages may lie within one another, in one thread. With `shown` false nothing is ever said.
    """
    began = time.monotonic()
    with _bar(title, total, start) if shown and _wanted() else _nothing() as running:
        yield running
    if shown and _level == VERBOSE:
        _print(f"{title}: {time.monotonic() - began:.1f} s", sys.stderr)


def track(
    items: Iterable[T], title: str, total: int | None = None, shown: bool = True
) -> Iterator[T]:
    """`items`, with a stage that advances as they are taken; `total` where they have no length."""
    count = len(items) if total is None and isinstance(items, Sized) else total
    with stage(title, count, shown=shown) as running:
        for item in items:
            yield item
            running.advance()


def say(text: str) -> None:
    """A line on standard output, above the bars; nothing where QUIET."""
    if _level != QUIET:
        _print(text, sys.stdout)


def warn(text: str) -> None:
    """A warning on standard error, above the bars; where QUIET too."""
    _print(f"fdscs: warning: {text}", sys.stderr)


def _wanted() -> bool:
    return _level != QUIET and sys.stderr.isatty()


@contextmanager
def _nothing() -> Iterator[Stage]:
    yield Stage()


@contextmanager
def _bar(title: str, total: int | None, start: int) -> Iterator[Stage]:
    global _bars
    outermost = _bars is None
    if _bars is None:
        _bars = _new_bars()
        _bars.start()
    bars, task = _bars, _bars.add_task(title, total=total, completed=start, note="")
    try:
        yield Stage(bars, task)
    finally:
        bars.remove_task(task)
        if outermost:
            bars.stop()
            _bars = None


def _new_bars() -> "Progress":
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    # Not redirected: processes that load data are forked while a bar is drawn, and one that wrote
    # through its console could wait for the drawing thread, which they do not have, for ever.
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}", markup=False),
        console=Console(stderr=True), transient=True, refresh_per_second=REDRAWN, expand=True,
        redirect_stdout=False, redirect_stderr=False,
    )  # fmt: skip


def _print(text: str, file: TextIO) -> None:
    """A line to `file`, above the bars where both are on a terminal."""
    if _bars is not None and file.isatty():
        _bars.console.print(text, markup=False, highlight=False, soft_wrap=True)
    else:
        print(text, file=file, flush=True)
