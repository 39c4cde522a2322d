"""Every command's help says what it is for and shows how to call it."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fdscs.commands.lazy import command, help_of
from fdscs.commands.main import COMMANDS

ROOT = Path(__file__).parents[2]


def example(name: str) -> str:
    """The call that a command's help shows, on one line."""
    text = help_of(COMMANDS[name])
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
    words = shlex.split(example(name))[2:]
    context = command(name, COMMANDS[name]).make_context(name, words)
    given = [key for key, value in context.params.items() if value is not None]
    assert given


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_explained(name: str) -> None:
    for parameter in command(name, COMMANDS[name]).params:
        text = getattr(parameter, "help", None)
        assert text or parameter.name in ("help", "resume"), f"{name}: {parameter.name}"


def test_readme_and_docs_call_commands_that_exist() -> None:
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        named = set(re.findall(r"`fdscs ([a-z][a-z0-9-]+)", path.read_text(encoding="utf-8")))
        assert named <= set(COMMANDS), f"{path.name}: {sorted(named - set(COMMANDS))}"


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_says_what_the_command_says(name: str) -> None:
    assert help_of(COMMANDS[name]) == command(name, COMMANDS[name]).help


@pytest.mark.parametrize(
    ("words", "completing"), [("--help", ""), ("", "fdscs cal"), ("chekc", "")]
)
def test_names_and_help_do_not_wait_for_pytorch(words: str, completing: str) -> None:
    script = (
        "import atexit, sys; atexit.register(lambda: print('torch' in sys.modules)); "
        "from fdscs.commands.main import main; main()"
    )
    env = dict(os.environ)
    if completing:
        env |= {"_FDSCS_COMPLETE": "complete_bash", "COMP_WORDS": completing, "COMP_CWORD": "1"}
    done = subprocess.run([sys.executable, "-c", script, *words.split()], cwd=ROOT, env=env,
                          capture_output=True, text=True)  # fmt: skip
    assert done.stdout.splitlines()[-1] == "False", done.stderr
    assert not completing or "calibrate" in done.stdout
