"""A build in Python: the same as the command line's, in every back end."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import fdscs
from fdscs.backends.reference import ReferenceBackend
from fdscs.backends.registry import REGISTRY
from fdscs.commands.predict import predict as predict_command
from fdscs.export.build import Build as Artefact
from fdscs.hls_reference.run import run_images
from fdscs.library.build import BACKENDS, Build
from fdscs.vectors.index import read_index

RNG = np.random.default_rng(11)
COMPILED = ("hls", "rtl", "hls4ml")
LEFT = RNG.integers(0, 256, (19, 33, 3), dtype=np.uint8)
RIGHT = np.roll(LEFT, -4, axis=1)


@pytest.fixture(scope="module")
def build(tiny_build: Artefact) -> Build:
    return fdscs.load(str(tiny_build.folder))


def test_predict_is_the_reference_s(build: Build) -> None:
    made = build.predict(LEFT, RIGHT)
    assert made.dtype == np.float32 and made.shape == (19, 33)
    expected = ReferenceBackend(build.graph, build.params).disparity_px(LEFT, RIGHT)
    assert np.array_equal(made, expected) and len(np.unique(made)) > 10


def test_predict_is_the_command_s(build: Build, tmp_path: Path) -> None:
    for name, picture in (("l", LEFT), ("r", RIGHT)):
        Image.fromarray(picture).save(tmp_path / f"{name}.png")
    predict_command(tmp_path / "d.png", tmp_path / "l.png", tmp_path / "r.png", build.folder,
                    npy=tmp_path / "d.npy")  # fmt: skip
    views = [fdscs.read_image(tmp_path / f"{name}.png") for name in ("l", "r")]
    assert np.array_equal(np.load(tmp_path / "d.npy"), build.predict(*views))


@pytest.mark.parametrize("name", [name for name in BACKENDS if name not in COMPILED])
def test_every_back_end_gives_the_same(build: Build, name: str) -> None:
    made = build.predict(LEFT, RIGHT, backend=name)
    assert made.dtype == np.float32 and np.array_equal(made, build.predict(LEFT, RIGHT))


@pytest.mark.slow
@pytest.mark.parametrize("name", COMPILED)
def test_so_do_those_that_compile(build: Build, name: str) -> None:
    if name == "hls4ml":
        pytest.importorskip("hls4ml")
    assert np.array_equal(build.predict(LEFT, RIGHT, name), build.predict(LEFT, RIGHT))


def test_a_back_end_is_opened_once(build: Build) -> None:
    assert build.backend("onnxruntime") is build.backend("onnxruntime")
    assert build.backend("onnxruntime") is not fdscs.load(build.folder).backend("onnxruntime")


def test_every_back_end_but_the_float_one_can_be_named() -> None:
    assert {*BACKENDS, "float"} == set(REGISTRY)


@pytest.mark.parametrize("name", ["float", "numpy"])
def test_another_back_end_is_refused(build: Build, name: str) -> None:
    sentence = (
        f"no back end is called '{name}'; choose one of brevitas, reference, qonnx, onnxruntime, "
        "hls, rtl, hls4ml."
    )
    with pytest.raises(fdscs.BadInput) as error:
        build.predict(LEFT, RIGHT, name)
    assert str(error.value) == sentence


def test_tensors_are_the_reference_s(build: Build) -> None:
    found = build.tensors(LEFT, RIGHT)
    expected = run_images(build.graph, build.params, LEFT, RIGHT)
    assert tuple(found) == build.names == tuple(expected)
    shapes = build.graph.shapes(19, 33)
    for name, x in found.items():
        assert x.dtype.kind in "iu" and x.shape == shapes[name]
        assert np.array_equal(x, expected[name]), name


def test_tensors_by_hand(build: Build) -> None:
    """Of a red picture: the sums of 2×2 blocks, and no cost at all against itself."""
    red = np.zeros((18, 32, 3), np.uint8)
    red[..., 0] = 255
    found = build.tensors(red, red, ["left_sum", "cost"])
    assert list(found) == ["left_sum", "cost"]
    assert found["left_sum"].shape == (3, 9, 16)
    assert found["left_sum"][:, 4, 7].tolist() == [1020, 0, 0]
    assert found["cost"].shape == (24, 9, 16) and not found["cost"][1::3].any()


def test_some_tensors(build: Build) -> None:
    everything = build.tensors(LEFT, RIGHT)
    assert set(build.tensors(LEFT, RIGHT, "enc0")) == {"enc0"}
    some = build.tensors(LEFT, RIGHT, (name for name in ("enc0_relu", "disparity")))
    assert list(some) == ["enc0_relu", "disparity"]
    assert all(np.array_equal(x, everything[name]) for name, x in some.items())
    assert build.tensors(LEFT, RIGHT, []) == {}


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        ("enc0_rel", "no tensor is called 'enc0_rel'; did you mean enc0_relu"),
        (["cost", "?"], "no tensor is called '?'; build.names has them all: choose one."),
    ],
)
def test_unknown_tensors(build: Build, names: str | list[str], sentence: str) -> None:
    with pytest.raises(fdscs.BadInput) as error:
        build.tensors(LEFT, RIGHT, names)
    assert str(error.value).startswith(sentence)


def test_what_it_is(build: Build) -> None:
    assert build.disparities == 8 and build.largest_disparity == 14 and build.least_columns == 15
    layers = sum(name + ".weight" in build.params for name in build.names)
    assert repr(build) == f"<fdscs.Build {build.folder}: {layers} layers, 8 disparities>"
    assert build.manifest["image_size"] == [64, 96]
    assert build == build and build != fdscs.load(build.folder) and len({build, build}) == 1


def test_vectors(build: Build, tmp_path: Path) -> None:
    index = build.write_vectors(tmp_path / "vectors", LEFT, RIGHT, ["enc0"])
    assert read_index(tmp_path / "vectors") == index
    (relu,) = (entry for entry in index.tensors if entry.name == "enc0_relu")
    written = np.load(tmp_path / "vectors" / relu.files["npy"].name)
    assert np.array_equal(written, build.tensors(LEFT, RIGHT, "enc0_relu")["enc0_relu"])


def test_no_build(build: Build, tmp_path: Path, tiny_checkpoint: Path) -> None:
    with pytest.raises(fdscs.BadInput, match=r"is a file; give the folder .* fdscs.load_network"):
        fdscs.load(tiny_checkpoint)
    with pytest.raises(fdscs.BadInput, match=r"not a build, it has no manifest.json"):
        fdscs.load(tmp_path)
    copy = shutil.copytree(build.folder, tmp_path / "copy")
    (copy / "params.npz").write_bytes(b"damaged")
    with pytest.raises(fdscs.BadInput, match=r"params.npz: not a readable .npz archive"):
        fdscs.load(copy)
