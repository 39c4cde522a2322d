"""`fdscs`: the commands, and what becomes of errors."""

import sys

import typer

from fdscs.commands.lazy import lazy_group
from fdscs.hls_reference.fixed_point import WidthError
from fdscs.storage.errors import BadInput

INTERRUPTED = 130  # what Typer makes of Ctrl-C

COMMANDS = {  # name → module and function
    "import-official": "fdscs.commands.train:import_official",
    "calibrate": "fdscs.commands.train:calibrate",
    "sensitivity": "fdscs.commands.widths:sensitivity",
    "search": "fdscs.commands.widths:search",
    "train": "fdscs.commands.train:train",
    "qat": "fdscs.commands.train:qat",
    "clean": "fdscs.commands.clean:clean",
    "pack": "fdscs.commands.pack:pack",
    "quantise": "fdscs.commands.quantise:quantise",
    "tabulate": "fdscs.commands.quantise:tabulate",
    "export": "fdscs.commands.build:export",
    "check": "fdscs.commands.build:check",
    "mutate": "fdscs.commands.mutate:mutate",
    "hls": "fdscs.commands.hls:hls",
    "finn": "fdscs.commands.finn:finn",
    "vectors": "fdscs.commands.vectors:vectors",
    "compare": "fdscs.commands.vectors:compare",
    "predict": "fdscs.commands.measure:predict",
    "evaluate": "fdscs.commands.measure:evaluate",
    "inspect": "fdscs.commands.inspect:inspect",
    "report": "fdscs.commands.report:report",
    "demo": "fdscs.commands.demo:demo",
}

app = typer.Typer(
    cls=lazy_group(COMMANDS),
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
)


@app.callback()
def fdscs() -> None:
    """FDSCS stereo on FPGAs: train, export, and prove every layer bit-exact."""


def main() -> None:
    """Run a command; bad input is one sentence on standard error and exit status 1."""
    try:
        app(prog_name="fdscs")
    except BadInput as error:
        print(f"fdscs: {error}", file=sys.stderr)
        sys.exit(1)
    except WidthError as error:
        print(f"fdscs: {error}; this build's integers were changed: export again.", file=sys.stderr)
        sys.exit(1)
    except OSError as error:
        print(f"fdscs: {error.filename or 'output'}: {error.strerror or error}.", file=sys.stderr)
        sys.exit(1)
    except SystemExit as stop:
        if stop.code == INTERRUPTED:
            print("fdscs: interrupted; nothing half-written was left behind.", file=sys.stderr)
        raise


if __name__ == "__main__":
    main()
