"""`fdscs`: the commands, and what becomes of errors."""

import sys
import warnings

import typer

from commands import build, demo, measure, train
from storage.errors import BadInput

app = typer.Typer(
    help="FDSCS stereo on FPGAs: train, export, and prove every layer bit-exact.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
)
app.command("import-official")(train.import_official)
app.command("calibrate")(train.calibrate)
app.command("qat")(train.qat)
app.command("export")(build.export)
app.command("check")(build.check)
app.command("predict")(measure.predict)
app.command("evaluate")(measure.evaluate)
app.command("demo")(demo.demo)


def main() -> None:
    """Run a command; bad input is one sentence on standard error and exit status 1."""
    warnings.filterwarnings("ignore", message=".*fast_hadamard_transform.*")
    try:
        app()
    except BadInput as error:
        print(f"fdscs: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("fdscs: interrupted; nothing half-written was left behind.", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    main()
