"""fdscs report: a build as a page."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fdscs.commands.check import BackendsOption, chosen_backends, outcome
from fdscs.commands.pairs import LeftOption, RightOption, read_pair
from fdscs.evaluation.accuracy import FILE, read_comparable
from fdscs.export.build import CHECKPOINT, read_build
from fdscs.model.config import Config
from fdscs.stereo_datasets.catalogue import open_dataset
from fdscs.stereo_datasets.images import read_disparity
from fdscs.stereo_datasets.pair import StereoPair
from fdscs.storage.atomic import write_text
from fdscs.storage.errors import BadInput
from fdscs.storage.progress import stage

if TYPE_CHECKING:
    from fdscs.model.network import FloatNetwork


def report(
    build: Annotated[Path, typer.Argument(help="Folder made by `fdscs export`.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="HTML page to write.")],
    left: LeftOption = None,
    right: RightOption = None,
    gt: Annotated[
        Path | None, typer.Option(help="Ground truth of the left image: .pfm, or KITTI's PNG.")
    ] = None,
    checkpoint: Annotated[
        Path | None, typer.Option(help="Float checkpoint that the build came from.")
    ] = None,
    beside: Annotated[
        list[Path] | None,
        typer.Option(help="Another build of `fdscs quantise`, for D1 against bits; repeatable."),
    ] = None,
    backend: BackendsOption = None,
    corner_cases: Annotated[bool, typer.Option(help="Check generated corner cases too.")] = True,
) -> None:
    """One page about a build, without network or scripts: pictures, layers, exactness, provenance.

    fdscs report build --left l.png --right r.png --gt truth.png -o report.html

    The build is checked as `fdscs check` does; exit status 1 if anything differs, and the page says
    so. The Motorcycle pair, which has ground truth, is taken if no images are given.
    """
    from fdscs.quantization.quant_checkpoint import load_quantised
    from fdscs.report.content import content_of
    from fdscs.report.page import page_of

    backends = chosen_backends(backend)
    pair = pair_with_truth(left, right, gt)
    frozen = read_build(build)
    net, config, _ = load_quantised(build / CHECKPOINT)
    float_net = _float_network(checkpoint, config) if checkpoint else None
    measured = [each for each in (build,) if (each / FILE).is_file()] + (beside or [])
    builds = read_comparable(measured)
    content = content_of(frozen, net, config, pair, backends, corner_cases, float_net)
    with stage("drawing the page"):
        write_text(output, page_of(content, builds, checkpoint))
    print(f"{output}: {output.stat().st_size / 1e6:.2f} MB; {outcome(content.check)}")
    if not content.check.passed:
        raise typer.Exit(1)


def pair_with_truth(left: Path | None, right: Path | None, truth: Path | None) -> StereoPair:
    """The images given, with their ground truth if there is some; or the Motorcycle pair."""
    if left is None and right is None and truth is None:
        return open_dataset("motorcycle", None)[0]
    if left is None or right is None:
        raise BadInput("give both --left and --right, or neither for the Motorcycle pair.")
    pair = read_pair(left, right)
    if truth is None:
        return pair
    disparity, valid = read_disparity(truth)
    if not valid.any():
        raise BadInput(f"{truth}: no pixel has ground truth; leave --gt out.")
    return replace(pair, disparity=disparity, valid=valid)


def _float_network(path: Path, config: Config) -> "FloatNetwork":
    """The float network of a checkpoint; raises BadInput if the build cannot have come from it."""
    from fdscs.model.float_checkpoint import load_float

    net, its_config = load_float(path)
    plain = (replace(each.architecture, channels={}) for each in (its_config, config))
    if len({str(each) for each in plain}) > 1:
        raise BadInput(
            f"{path}: is another network than the build's; give the float checkpoint that the "
            "build was quantised from."
        )
    return net
