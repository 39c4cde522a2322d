"""A kit's self-test before there is a board: its driver on a simulated one."""

import tempfile
from pathlib import Path

import fdscs.board
from fdscs.accelerator.kits.kit import NAME, describe, golden_images, write_vectors
from fdscs.accelerator.kits.simulation import Soc
from fdscs.board.selftest import VECTORS
from fdscs.export.build import Build
from fdscs.hardware.plan import Design
from fdscs.stereo_datasets.pair import StereoPair

PATIENT = 600.0  # seconds a stage may take


def rehearse(build: Build, design: Design, pair: StereoPair) -> str:
    """What the self-test says of a small part of `pair`, on a board that is simulated.

    Raises BadInput where Verilator or g++ fails, BoardError where the board is not bit-exact.
    """
    with tempfile.TemporaryDirectory(prefix="fdscs-kit-") as folder:
        bitstream = Path(folder) / f"{NAME}.bit"
        for suffix in (".bit", ".hwh"):
            bitstream.with_suffix(suffix).touch()
        bitstream.with_suffix(".json").write_text(describe(design).text())
        small = golden_images(build, pair, design.target.size)[:1]
        write_vectors(bitstream.with_name(VECTORS), build, small)
        with (
            Soc(build, design.flow, design.target.size, seed=1) as soc,
            fdscs.board.open(bitstream, timeout=PATIENT, pynq=soc.pynq) as board,
        ):
            return board.self_test()
