"""`fdscs`: the commands, and what becomes of errors."""

import sys

import typer

from commands.lazy import lazy_group
from hls_reference.fixed_point import WidthError
from storage.errors import BadInput

INTERRUPTED = 130  # what Typer makes of Ctrl-C

COMMANDS = {  # name → module and function
    "import-official": "commands.train:import_official",
    "calibrate": "commands.train:calibrate",
    "sensitivity": "commands.widths:sensitivity",
    "search": "commands.widths:search",
    "train": "commands.train:train",
    "qat": "commands.train:qat",
    "clean": "commands.clean:clean",
    "pack": "commands.pack:pack",
    "quantise": "commands.quantise:quantise",
    "tabulate": "commands.quantise:tabulate",
    "export": "commands.build:export",
    "check": "commands.build:check",
    "mutate": "commands.mutate:mutate",
    "hls": "commands.hls:hls",
    "finn": "commands.finn:finn",
    "vectors": "commands.vectors:vectors",
    "compare": "commands.vectors:compare",
    "predict": "commands.measure:predict",
    "evaluate": "commands.measure:evaluate",
    "inspect": "commands.inspect:inspect",
    "report": "commands.report:report",
    "demo": "commands.demo:demo",
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
