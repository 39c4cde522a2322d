"""Every command's help says what it is for and shows how to call it."""

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer

from commands.main import app

GROUP: Any = typer.main.get_command(app)
COMMANDS = sorted(GROUP.commands)


def example(name: str) -> str:
    """The call that a command's help shows, on one line."""
    text = GROUP.commands[name].help
    found = re.search(rf"^fdscs {name}( [^\n]*(\n[^\n]+)*)?$", text, flags=re.MULTILINE)
    assert found, f"{name}: its help shows no call"
    return " ".join(found[0].split())


@pytest.mark.parametrize("name", COMMANDS)
def test_help_shows_an_example(fdscs: Callable[..., Any], name: str) -> None:
    outcome = fdscs(name, "--help")
    assert outcome.status == 0 and outcome.err == ""
    shown = " ".join(re.sub(r"[│╭╮╰╯─]", " ", outcome.out).split())
    assert example(name) in shown
    assert shown.count("--help") == 1


@pytest.mark.parametrize("name", COMMANDS)
def test_the_example_can_be_called(name: str) -> None:
    """Its words are options and arguments that the command has, with none missing."""
    command = GROUP.commands[name]
    context = command.make_context(name, shlex.split(example(name))[2:])
    given = [key for key, value in context.params.items() if value is not None]
    assert given


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_explained(name: str) -> None:
    for parameter in GROUP.commands[name].params:
        text = getattr(parameter, "help", None)
        assert text or parameter.name in ("help", "resume"), f"{name}: {parameter.name}"


def test_readme_and_docs_call_commands_that_exist() -> None:
    root = Path(__file__).parents[2]
    for path in (root / "README.md", *sorted((root / "docs").glob("*.md"))):
        named = set(re.findall(r"`fdscs ([a-z][a-z-]+)", path.read_text(encoding="utf-8")))
        assert named <= set(COMMANDS), f"{path.name}: {sorted(named - set(COMMANDS))}"
