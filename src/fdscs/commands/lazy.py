"""A group of commands whose modules are imported when they are called.

PyTorch and Brevitas take seconds to import, which neither help nor a shell's completion of a name
has to wait for.
"""

import ast
import inspect
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup


def lazy_group(groups: Mapping[str, Mapping[str, str]]) -> type[TyperGroup]:
    """A group of commands: title in the help → name → "module:function"."""
    places = {name: place for group in groups.values() for name, place in group.items()}

    class LazyGroup(TyperGroup):
        def __init__(self, **settings: Any) -> None:
            super().__init__(**settings)
            for title, group in groups.items():
                for name, place in group.items():
                    self.commands[name] = TyperCommand(
                        name, help=help_of(place), rich_help_panel=title
                    )

        def resolve_command(self, ctx: Any, args: list[str]) -> Any:
            """The command itself in place of its name and help."""
            name, _, rest = super().resolve_command(ctx, args)
            return name, name and command(name, places[name]), rest

    return LazyGroup


def command(name: str, place: str) -> Any:
    """The command of a function."""
    module, _, function = place.partition(":")
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command(name)(getattr(import_module(module), function))
    return typer.main.get_command(app)


def help_of(place: str) -> str:
    """The docstring of a function, from its source."""
    module, _, function = place.partition(":")
    spec = find_spec(module)
    assert spec and spec.origin
    for node in ast.parse(Path(spec.origin).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            return inspect.cleandoc(ast.get_docstring(node) or "")
    raise LookupError(f"{module} has no function {function}")
