"""The check, from Python."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from fdscs.backends.registry import CHECKED, COMPARABLE, without_program
from fdscs.export.build import CHECKPOINT, Build
from fdscs.stereo_datasets.pair import StereoPair
from fdscs.storage.errors import BadInput

if TYPE_CHECKING:
    from fdscs.verification.check import Report


def check(
    build: Build,
    pairs: Iterable[StereoPair],
    backends: Sequence[str] | None = None,
    corner_cases: bool = True,
    progress: bool = False,
) -> "Report":
    """Compare every layer of `backends` with the integer reference on `pairs`; tolerance 0.

    By default all back ends that `fdscs check` compares; one whose program is not installed is
    left out, which `report.not_run` says. With `corner_cases` also generated ones, which reach
    ties, saturation and the ends of every range. `report.passed` is the verdict, `report.first`
    says where anything differs. Raises BadInput for pairs that the network cannot take and for
    back ends that do not exist or lack something.
    """
    from fdscs.quantization.quant_checkpoint import load_quantised  # PyTorch, and only here
    from fdscs.verification.check import check as check_build

    chosen = _pairs(pairs)
    left_out = {name: without_program(name) for name in CHECKED} if backends is None else {}
    names = _names(backends) or tuple(name for name in CHECKED if left_out[name] is None)
    net = load_quantised(build.folder / CHECKPOINT)[0]
    report = check_build(build, net, chosen, names, corner_cases, progress)
    report.not_run |= {name: reason for name, reason in left_out.items() if reason}
    return report


def _pairs(given: Iterable[StereoPair]) -> list[StereoPair]:
    if isinstance(given, StereoPair):
        raise BadInput("pairs is a single pair; give a list of one: [pair].")
    pairs = list(given)
    for index, pair in enumerate(pairs):
        if not isinstance(pair, StereoPair):
            raise BadInput(
                f"pairs[{index}] is {type(pair).__name__}; give fdscs.StereoPair(name, left, "
                "right), or a data set."
            )
    return pairs


def _names(given: Sequence[str] | None) -> tuple[str, ...]:
    names = (given,) if isinstance(given, str) else tuple(given or ())
    for name in names:
        if name not in COMPARABLE:
            raise BadInput(
                f"no back end called {name!r} is compared; choose of {', '.join(COMPARABLE)}."
            )
    return names
