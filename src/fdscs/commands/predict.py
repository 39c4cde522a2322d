"""fdscs predict."""

from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from fdscs.backends.registry import open_backend
from fdscs.commands.cameras import (
    BaselineOption,
    CalibrationOption,
    Cameras,
    RectifyOption,
    cameras_of,
)
from fdscs.commands.measure import BackendOption, BuildArgument, CheckpointOption
from fdscs.commands.options import BayerOption, BitsOption, SideBySideOption
from fdscs.evaluation import consistency
from fdscs.evaluation.evaluate import predict_pair
from fdscs.evaluation.outputs import CONFIDENCE, DEPTH, DISPARITY, PICTURE, Output, write_npy
from fdscs.evaluation.views import Verdict, judge
from fdscs.geometry.cloud import write_cloud
from fdscs.stereo_datasets.pair import StereoPair
from fdscs.stereo_datasets.pictures import Reading
from fdscs.stereo_datasets.sequence import Sequence, of_dataset, open_sequence
from fdscs.storage.errors import BadInput
from fdscs.storage.progress import say, track, warn

MANY = "For several pairs a folder, or a name with * in it for the pair's."


def predict(
    output: Annotated[
        Path,
        typer.Option(
            "-o",
            "--output",
            help=f"Disparity: .png (16-bit, 256·d as KITTI), .pfm, .npy, .tiff (px). {MANY}",
        ),
    ],
    left: Annotated[
        Path | None,
        typer.Option(help="Left view: a picture, a folder, a pattern ('l/*.png'), or a video."),
    ] = None,
    right: Annotated[
        Path | None, typer.Option(help="Right view, likewise; pictures are matched by name.")
    ] = None,
    build: BuildArgument = None,
    checkpoint: CheckpointOption = None,
    backend: BackendOption = None,
    pairs: Annotated[
        Path | None, typer.Option("--pairs", help="A list instead: left and right, a pair a line.")
    ] = None,
    side_by_side: SideBySideOption = False,
    bits: BitsOption = None,
    bayer: BayerOption = None,
    npy: Annotated[Path | None, typer.Option(help="Also as float32 .npy, in pixels.")] = None,
    colour: Annotated[
        Path | None, typer.Option(help="Also as a coloured picture: .png, .jpg or .webp.")
    ] = None,
    confidence: Annotated[
        Path | None,
        typer.Option(
            help="Also 1 / (1 + px by which left and right disparity differ): .npy, .pfm, or "
            ".png of 255 times that."
        ),
    ] = None,
    left_right: Annotated[
        bool,
        typer.Option(
            "--left-right", help="Leave out (0) what only one camera sees: differs by over 1 px."
        ),
    ] = False,
    depth: Annotated[
        Path | None,
        typer.Option(help="Also depth in metres: .npy, .tiff, .pfm, or .png of 16-bit mm."),
    ] = None,
    cloud: Annotated[
        Path | None, typer.Option(help="Also a coloured point cloud, .ply, in metres.")
    ] = None,
    calib: CalibrationOption = None,
    baseline: BaselineOption = None,
    rectify: RectifyOption = False,
    check: Annotated[
        bool,
        typer.Option(help="Compare left and right in the middle rows, and name what is wrong."),
    ] = True,
) -> None:
    """Disparity of rectified pairs, the left view first.

    fdscs predict build --left l.png --right r.png -o disp.png --colour disp-colour.png

    Views must be rectified: a point lies in the same row of both, in the right view farther left.
    Swapped views, one picture twice, rows that do not match and disparities beyond the network's
    are warned of by name; the figure "left-right" says how many of the disparities both views
    agree on, within 1 px. --no-check leaves both out, and saves some 0.3 s a pair.

    A .png of -o holds 16-bit disparities; a picture of them is --colour's, whatever its suffix.
    """
    sequence = _sequence(left, right, pairs, Reading(bits, bayer and bayer.value, side_by_side))
    outputs = {
        name: Output(option, path, writers, sequence.several)
        for name, option, path, writers in (
            ("disparity", "-o", output, DISPARITY),
            ("npy", "--npy", npy, {".npy": write_npy}),
            ("colour", "--colour", colour, PICTURE),
            ("confidence", "--confidence", confidence, CONFIDENCE),
            ("depth", "--depth", depth, DEPTH),
            ("cloud", "--cloud", cloud, {".ply": lambda path, made: write_cloud(path, *made)}),
        )
        if path is not None
    }
    if colour:
        import fdscs.evaluation.pictures  # noqa: F401  Matplotlib, asked for before any work

    cameras = cameras_of(calib, baseline, rectify, wanted=depth is not None or cloud is not None)
    run = Run(open_backend(checkpoint, build, backend), outputs, left_right, cameras)
    _over(run, sequence, check)


@dataclass(frozen=True)
class Run:
    """What is done with each pair."""

    backend: Any
    outputs: dict[str, Output]
    left_right: bool
    cameras: Cameras | None

    def pair(self, pair: StereoPair, check: bool) -> Verdict | None:
        """Write a pair's files, say what they are, and return the verdict if `check`."""
        pair, rig = self.cameras.of(pair) if self.cameras else (pair, None)
        disparity, difference = predict_pair(self.backend, pair), None
        maps: dict[str, Any] = {"disparity": disparity, "npy": disparity}
        if self.left_right or "confidence" in self.outputs:
            of_right = consistency.right_disparity(self.backend, pair.left, pair.right)
            difference = consistency.disagreement(disparity, of_right)
            maps["confidence"] = consistency.confidence(difference)
            if self.left_right:
                kept = np.where(consistency.seen_by_both(difference), disparity, 0)
                maps |= {"disparity": kept, "npy": kept}
        verdict = judge(self.backend, pair, disparity, difference) if check else None
        if "colour" in self.outputs:
            from fdscs.evaluation.pictures import colour_disparity

            maps["colour"] = colour_disparity(maps["disparity"])
        if rig is not None:
            maps |= {"depth": rig.depth(maps["disparity"])}
            if "cloud" in self.outputs:
                maps["cloud"] = rig.points(maps["disparity"], pair.left)
        written = [output.write(pair.name, maps[key]) for key, output in self.outputs.items()]
        _print(written[0], disparity, verdict)
        return verdict


def _sequence(
    left: Path | None, right: Path | None, pairs: Path | None, reading: Reading
) -> Sequence:
    if (left is None) == (pairs is None):
        raise BadInput("give --left and --right, or a list of pairs with --pairs.")
    if pairs is not None:
        if right is not None:
            raise BadInput("--pairs names both views; leave out --right.")
        from fdscs.stereo_datasets.filelist import find_listed

        return of_dataset(find_listed(pairs, **asdict(reading)))
    assert left is not None
    return open_sequence(left, right, reading)


def _over(run: Run, sequence: Sequence, check: bool) -> None:
    """All pairs of a sequence; of a video, whose cameras stay as they are, the first is checked."""
    began, count = perf_counter(), 0
    title = "predicting" if sequence.several else ""
    for pair in track(sequence.pairs, title, sequence.count, shown=sequence.several):
        verdict = run.pair(pair, check and not (sequence.video and count))
        for fault in verdict.faults if verdict else []:
            warn(f"{pair.name}: {fault}")
        count += 1
    if sequence.several:
        seconds = perf_counter() - began
        say(f"{count} pairs in {seconds:.1f} s, {count / seconds:.2f} frames/s")


def _print(path: Path, disparity: NDArray[Any], verdict: Verdict | None) -> None:
    rows, columns = disparity.shape
    low, high = float(disparity.min()), float(disparity.max())
    figure = f", left-right {verdict.agreement:.1f} %" if verdict else ""
    print(f"{path}: {rows}x{columns}, {low:.2f} to {high:.2f} px{figure}")
