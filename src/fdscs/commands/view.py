"""fdscs view."""

import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from fdscs.commands.cameras import BaselineOption, CalibrationOption, RectifyOption, cameras_of
from fdscs.commands.pairs import LeftOption, RightOption, given_pair
from fdscs.export.build import read_build
from fdscs.model.images import check_images
from fdscs.stereo_datasets.images import read_disparity
from fdscs.stereo_datasets.pair import StereoPair


def view(
    build: Annotated[Path, typer.Argument(help="Folder made by `fdscs export`.")],
    left: LeftOption = None,
    right: RightOption = None,
    gt: Annotated[
        Path | None, typer.Option("--gt", help="Ground truth: .pfm, or 16-bit .png as KITTI.")
    ] = None,
    calib: CalibrationOption = None,
    baseline: BaselineOption = None,
    rectify: RectifyOption = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Of the page; 0 is any.")] = 0,
    browser: Annotated[bool, typer.Option(help="Open the page in a browser.")] = True,
) -> None:
    """A page to look at a pair: disparity, error, points to turn, every tensor with its format.

    fdscs view build --left l.png --right r.png --gt truth.pfm

    It is served to this machine alone until Ctrl-C, holds no script from elsewhere, and needs
    nothing installed but a browser. Without --calib, points have their shape but no scale.
    """
    from fdscs.viewer.scene import Scene
    from fdscs.viewer.server import open_server

    frozen = read_build(build)
    cameras = cameras_of(calib, baseline, rectify, wanted=False)
    pair = given_pair(left, right)
    if gt is not None:
        pair = StereoPair(pair.name, pair.left, pair.right, *read_disparity(gt))
    pair, rig = cameras.of(pair) if cameras else (pair, None)
    check_images(frozen.graph, pair.left, pair.right)
    server = open_server(Scene(frozen, pair, rig), port)
    address = f"http://127.0.0.1:{server.server_address[1]}/"
    print(f"{address} shows {pair.title}; Ctrl-C ends it", flush=True)
    if browser:
        webbrowser.open(address)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()
