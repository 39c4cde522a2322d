"""The `fdscs` program."""

import shlex
import sys
from typing import Annotated

import typer

from fdscs.commands.lazy import lazy_group
from fdscs.hls_reference.fixed_point import WidthError
from fdscs.storage.errors import INTERRUPTED, BadInput, Interrupted
from fdscs.storage.extras import needed_by
from fdscs.storage.progress import QUIET, USUAL, VERBOSE, set_level

GROUPS = {  # by task: name → module and function
    "Use": {
        "demo": "fdscs.commands.demo:demo",
        "predict": "fdscs.commands.predict:predict",
        "evaluate": "fdscs.commands.measure:evaluate",
    },
    "Train": {
        "train": "fdscs.commands.train:train",
        "import-official": "fdscs.commands.train:import_official",
        "grow": "fdscs.commands.grow:grow",
        "pack": "fdscs.commands.pack:pack",
    },
    "Quantise": {
        "calibrate": "fdscs.commands.train:calibrate",
        "qat": "fdscs.commands.train:qat",
        "quantise": "fdscs.commands.quantise:quantise",
        "tabulate": "fdscs.commands.quantise:tabulate",
        "sensitivity": "fdscs.commands.widths:sensitivity",
        "search": "fdscs.commands.widths:search",
        "clean": "fdscs.commands.clean:clean",
    },
    "Prove": {
        "check": "fdscs.commands.check:check",
        "mutate": "fdscs.commands.mutate:mutate",
        "prove": "fdscs.commands.prove:prove",
        "vectors": "fdscs.commands.vectors:vectors",
        "compare": "fdscs.commands.vectors:compare",
    },
    "Build hardware": {
        "export": "fdscs.commands.export:export",
        "hls": "fdscs.commands.hls:hls",
        "rtl": "fdscs.commands.rtl:rtl",
        "board": "fdscs.commands.board:board",
        "finn": "fdscs.commands.finn:finn",
        "ulx3s": "fdscs.commands.ulx3s:ulx3s",
        "synthesise": "fdscs.commands.synthesise:synthesise",
        "synthesis": "fdscs.commands.synthesis:synthesis",
    },
    "Look": {
        "inspect": "fdscs.commands.inspect:inspect",
        "report": "fdscs.commands.report:report",
        "view": "fdscs.commands.view:view",
    },
}
COMMANDS = {name: place for group in GROUPS.values() for name, place in group.items()}
RESUMABLE = ("train", "qat")  # with --resume; others go on by themselves

app = typer.Typer(
    cls=lazy_group(GROUPS),
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"fdscs {version('fdscs')}")
        raise typer.Exit


@app.callback()
def fdscs(
    verbose: Annotated[
        bool, typer.Option("-v", "--verbose", help="Say how long each stage took.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("-q", "--quiet", help="Results and errors only: no tables, no progress.")
    ] = False,
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Say which it is."),
    ] = False,
) -> None:
    """FDSCS stereo on FPGAs: train, export, and prove every layer bit-exact."""
    if verbose and quiet:
        raise BadInput("give -v or -q, not both.")
    set_level(VERBOSE if verbose else QUIET if quiet else USUAL)


def main() -> None:
    """Run a command; bad input is one sentence on standard error and exit status 1."""
    try:
        with needed_by(_called()):
            app(prog_name="fdscs")
    except BadInput as error:
        _stop(str(error))
    except WidthError as error:
        _stop(f"{error}; this build's integers were changed: export again.")
    except OSError as error:
        _stop(f"{error.filename or 'output'}: {error.strerror or error}.")
    except Interrupted as error:
        _stop(f"interrupted {error}; go on with `{_going_on()}`.", INTERRUPTED)
    except SystemExit as stop:
        if stop.code == INTERRUPTED:
            print("fdscs: interrupted; nothing half-written was left behind.", file=sys.stderr)
        raise


def _stop(sentence: str, status: int = 1) -> None:
    print(f"fdscs: {sentence}", file=sys.stderr)
    sys.exit(status)


def _called() -> str:
    """The program with the command that was called."""
    return " ".join(["fdscs", *[word for word in sys.argv[1:] if word in COMMANDS][:1]])


def _going_on() -> str:
    """The call that goes on with what this one began."""
    words = [word for word in sys.argv[1:] if word not in ("--resume", "--restart")]
    resumable = any(word in RESUMABLE for word in words[:2])
    return shlex.join(["fdscs", *words, *(["--resume"] if resumable else [])])


if __name__ == "__main__":
    main()
