"""`fdscs`: the commands, and what becomes of errors."""

import sys

import typer

from commands import (
    build,
    clean,
    demo,
    finn,
    hls,
    inspect,
    measure,
    mutate,
    pack,
    quantise,
    report,
    train,
    vectors,
    widths,
)
from hls_reference.fixed_point import WidthError
from storage.errors import BadInput

INTERRUPTED = 130  # what Typer makes of Ctrl-C

app = typer.Typer(
    help="FDSCS stereo on FPGAs: train, export, and prove every layer bit-exact.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
)
app.command("import-official")(train.import_official)
app.command("calibrate")(train.calibrate)
app.command("sensitivity")(widths.sensitivity)
app.command("search")(widths.search)
app.command("train")(train.train)
app.command("qat")(train.qat)
app.command("clean")(clean.clean)
app.command("pack")(pack.pack)
app.command("quantise")(quantise.quantise)
app.command("tabulate")(quantise.tabulate)
app.command("export")(build.export)
app.command("check")(build.check)
app.command("mutate")(mutate.mutate)
app.command("hls")(hls.hls)
app.command("finn")(finn.finn)
app.command("vectors")(vectors.vectors)
app.command("compare")(vectors.compare)
app.command("predict")(measure.predict)
app.command("evaluate")(measure.evaluate)
app.command("inspect")(inspect.inspect)
app.command("report")(report.report)
app.command("demo")(demo.demo)


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
