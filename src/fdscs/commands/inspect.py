"""fdscs inspect."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fdscs.commands.output import show
from fdscs.inspection.description import Description, flat, printable
from fdscs.inspection.recognise import describe


def inspect(
    artefact: Annotated[
        Path,
        typer.Argument(
            help="Checkpoint, params.npz, build, ONNX file, folder of vectors, HLS or RTL project."
        ),
    ],
    as_json: Annotated[
        bool, typer.Option("--json", help="As JSON, on standard output, with nothing left out.")
    ] = False,
) -> None:
    """What a file or folder is: layers, formats, sizes, and how it was made.

    fdscs inspect build

    Nothing is run, and nothing is written.
    """
    found = describe(artefact)
    if as_json:
        print(json.dumps(found.to_json(artefact), indent=1))
    else:
        print_description(artefact, found)


def print_description(path: Path, found: Description) -> None:
    """The figures, a table of the layers, and how it was made, without the configuration."""
    console = Console(highlight=False)
    console.print(Text(printable(f"{path}: {found.kind}"), style="bold"), soft_wrap=True)
    _print_pairs(console, flat(dict(found.facts)))
    if found.layers:
        table = Table(*map(str, found.layers[0]))
        for row in found.layers:
            table.add_row(*(_cell(value) for value in row.values()))
        show(table)
    made = {key: value for key, value in found.made.items() if key != "config"}
    if made:
        console.print("made:")
        _print_pairs(console, flat(made))
    if "config" in found.made:
        console.print("The configuration that it was made with is in --json.")


def _print_pairs(console: Console, pairs: list[tuple[str, str]]) -> None:
    width = max((len(name) for name, _ in pairs), default=0)
    for name, value in pairs:
        number = f"{int(value):,}" if value.isascii() and value.isdigit() else value
        console.print(Text(printable(f"  {name:<{width}}  {number}")), soft_wrap=True)


def _cell(value: object) -> Text:
    right = isinstance(value, (int, float))
    text = f"{value:,}" if isinstance(value, int) else str(value)
    return Text(printable(text), justify="right" if right else "left")
