"""Stages: silent where there is no terminal, bars where there is, seconds with -v."""

import io
import re
import sys
from collections.abc import Callable, Iterator

import pytest

from fdscs.storage import progress
from fdscs.storage.progress import QUIET, USUAL, VERBOSE, say, set_level, stage, track


class Terminal(io.StringIO):
    """A file that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def usual() -> Iterator[None]:
    """Each test starts, and leaves things, as they usually are."""
    set_level(USUAL)
    yield
    set_level(USUAL)


@pytest.fixture
def pretend(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Terminal]:
    """Make standard error a terminal, from the test itself: pytest replaces it before each."""

    def make() -> Terminal:
        found = Terminal()
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.setattr(sys, "stderr", found)
        return found

    return make


def test_logs_hold_results_only(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(track("abc", "spelling")) == ["a", "b", "c"]
    say("found")
    assert capsys.readouterr() == ("found\n", "")


def test_verbose_gives_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    set_level(VERBOSE)
    with stage("outer"):
        list(track(range(2), "inner"))
    lines = capsys.readouterr().err.splitlines()
    assert [re.sub(r"\d+\.\d", "S", line) for line in lines] == ["inner: S s", "outer: S s"]


def test_a_terminal_shows_name_and_count(pretend: Callable[[], Terminal]) -> None:
    terminal = pretend()
    with stage("calibrating", total=3) as running:
        running.advance("loss 1")
        assert progress._bars is not None
        progress._bars.refresh()
    assert "calibrating" in terminal.getvalue() and "1/3" in terminal.getvalue()
    assert "loss 1" in terminal.getvalue()
    assert progress._bars is None


def test_a_failure_takes_the_bars_away(pretend: Callable[[], Terminal]) -> None:
    terminal = pretend()
    with pytest.raises(ValueError, match="x"), stage("outer"), stage("inner"):
        raise ValueError("x")
    assert progress._bars is None
    assert terminal.getvalue().count("\x1b[?25l") == terminal.getvalue().count("\x1b[?25h")


@pytest.mark.parametrize("shown", [True, False])
def test_quiet_and_unwanted_stages_show_nothing(
    pretend: Callable[[], Terminal], capsys: pytest.CaptureFixture[str], shown: bool
) -> None:
    terminal = pretend()
    set_level(QUIET if shown else USUAL)
    list(track(range(3), "counting", shown=shown))
    assert terminal.getvalue() == ""
    set_level(QUIET)
    say("found")
    assert capsys.readouterr().out == ""


def test_an_abandoned_iteration_ends_its_stage(pretend: Callable[[], Terminal]) -> None:
    pretend()
    items = track(range(3), "counting")
    next(items)
    assert progress._bars is not None
    items.close()  # type: ignore[attr-defined]
    assert progress._bars is None
