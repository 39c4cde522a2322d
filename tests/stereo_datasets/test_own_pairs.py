"""Pairs of one's own: folders and lists, as people and programs write them."""

from pathlib import Path

import pytest

from fdscs.stereo_datasets.catalogue import open_dataset
from fdscs.storage.errors import BadInput


def test_folder_of_subfolders(tmp_path: Path, save_picture, save_pfm, save_gray16):
    for name in ("a.png", "b.jpg", "c.png"):
        save_picture(tmp_path / "left" / name)
        save_picture(tmp_path / "right" / name)
    save_pfm(tmp_path / "disparity" / "a.pfm", [[1, 2, 2.5]] * 2)
    save_gray16(tmp_path / "disparity" / "b.png", [[256, 0, 0]] * 2)
    dataset = open_dataset("folder", tmp_path)
    assert dataset.ids() == ["a", "b", "c"]
    assert dataset[0].disparity[0].tolist() == [1, 2, 2.5]
    assert dataset[1].disparity[0].tolist() == [1, 0, 0] and dataset[2].disparity is None


def test_folder_of_names(tmp_path: Path, save_picture, save_pfm):
    for name in ("x.1_left.png", "x.1_right.png", "other.png"):
        save_picture(tmp_path / name)
    save_pfm(tmp_path / "x.1_disp.pfm", [[1, 2, 2.5]] * 2)
    dataset = open_dataset("folder", tmp_path)
    assert dataset.ids() == ["x.1"] and dataset[0].disparity[0].tolist() == [1, 2, 2.5]


def test_folder_without_right_view(tmp_path: Path, save_picture):
    save_picture(tmp_path / "left" / "a.png")
    with pytest.raises(BadInput, match=r"left/a\.png: has no right view; expected .*right/a\.png"):
        open_dataset("folder", tmp_path)


def test_two_pictures_of_one_name(tmp_path: Path, save_picture):
    for name in ("left/a.png", "left/a.jpg", "right/a.png"):
        save_picture(tmp_path / name)
    with pytest.raises(BadInput, match="two pairs are called a"):
        open_dataset("folder", tmp_path)


def test_list_of_files(tmp_path: Path, save_picture, save_pfm, save_gray16):
    for name in ("l/1.png", "r/1.png", "l/2.png", "r/2.png"):
        save_picture(tmp_path / name)
    save_pfm(tmp_path / "d/1.pfm", [[1, 2, 2.5]] * 2)
    listed = tmp_path / "lists" / "train.txt"
    listed.parent.mkdir()
    listed.write_text("# mine\n\n l/1.png\tr/1.png d/1.pfm\nl/2.png r/2.png\n")
    dataset = open_dataset("list", listed, folder=tmp_path)
    assert dataset.ids() == ["l/1", "l/2"]
    assert dataset[0].disparity[0].tolist() == [1, 2, 2.5] and dataset[1].disparity is None
    beside = tmp_path / "train.txt"
    beside.write_text(listed.read_text())
    assert open_dataset("list", beside)[1].name == "l/2"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"a b\nonly\n", "line 2 names 1 files; it must name left right"),
        (b"a b c d\n", "line 1 has 'd' for a scale; give a number"),
        (b"a b c 1 e\n", "line 1 names 5 files"),
        (b"a.png,,c.png\n", "line 1 has an empty name"),
        (b'"a b\n', "line 1 has a quote without its other one"),
        (b"a b c 0\n", "line 1 has '0' for a scale"),
        (b"# nothing\n", "holds no pairs of list; expected lines of the form"),
        (b"\xff\xfe", "cannot be read as a text file"),
    ],
)
def test_bad_lists(tmp_path: Path, text: bytes, message: str):
    (tmp_path / "list.txt").write_bytes(text)
    with pytest.raises(BadInput, match=message):
        open_dataset("list", tmp_path / "list.txt")


LISTS = {
    "byte order mark": "\ufeffl/1.png r/1.png d/1.pfm",
    "Windows": "l\\1.png r\\1.png d\\1.pfm\r\n\r\n",
    "commas": "l/1.png,r/1.png,d/1.pfm",
    "commas and blanks": "l/1.png, r/1.png, d/1.pfm",
    "an empty last column": "l/1.png,r/1.png,d/1.pfm,",
    "quotes": '"l/1.png" "r/1.png" "d/1.pfm"',
    "quotes and commas": '"l/1.png","r/1.png","d/1.pfm"',
    "tabs": "l/1.png\tr/1.png\td/1.pfm",
    "a dot": "./l/1.png ./r/1.png ./d/1.pfm",
}


@pytest.mark.parametrize("kind", LISTS)
def test_lists_as_programs_write_them(tmp_path: Path, save_picture, save_pfm, kind: str):
    for name in ("l/1.png", "r/1.png"):
        save_picture(tmp_path / name)
    save_pfm(tmp_path / "d/1.pfm", [[1, 2, 2]] * 2)
    (tmp_path / "list.txt").write_text(LISTS[kind], encoding="utf-8")
    dataset = open_dataset("list", tmp_path / "list.txt")
    assert len(dataset) == 1 and dataset[0].disparity[0].tolist() == [1, 2, 2]


@pytest.mark.parametrize(
    "line", ['"l 1.png" "r 1.png"', "l 1.png,r 1.png", "l 1.png, r 1.png", '"l 1.png","r 1.png"']
)
def test_names_with_blanks(tmp_path: Path, save_picture, line: str):
    for name in ("l 1.png", "r 1.png"):
        save_picture(tmp_path / name)
    (tmp_path / "list.txt").write_text(line)
    assert open_dataset("list", tmp_path / "list.txt")[0].name == "l 1"


def test_names_with_commas(tmp_path: Path, save_picture):
    for name in ("l,1.png", "r,1.png"):
        save_picture(tmp_path / name)
    (tmp_path / "list.txt").write_text('"l,1.png" r,1.png\n')
    assert open_dataset("list", tmp_path / "list.txt")[0].name == "l,1"


def test_scales_of_lists_and_folders(tmp_path: Path, save_picture, save_gray16):
    for name in ("l/1.png", "r/1.png"):
        save_picture(tmp_path / name)
    save_gray16(tmp_path / "d/1.png", [[100, 200, 0]] * 2)
    (tmp_path / "list.txt").write_text("l/1.png r/1.png d/1.png 100\nl/1.png r/1.png d/1.png\n")
    dataset = open_dataset("list", tmp_path / "list.txt", scale=50)
    assert dataset.ids() == ["l/1", "l/1:2"]
    assert dataset[0].disparity[0].tolist() == [1, 2, 0]
    assert dataset[1].disparity[0].tolist() == [2, 0, 0]  # 4 px are beyond the picture


def test_lists_and_folders_of_views_side_by_side(tmp_path: Path, save_picture, save_gray16):
    save_picture(tmp_path / "a.png", size=(2, 6))
    save_gray16(tmp_path / "a_disp.png", [[256, 512, 0]] * 2)
    (tmp_path / "list.txt").write_text("a.png\na.png a_disp.png 512\n")
    listed = open_dataset("list", tmp_path / "list.txt", side_by_side=True)
    assert listed[0].size == (2, 3) and listed[0].disparity is None
    assert listed[1].disparity[0].tolist() == [0.5, 1, 0]
    folder = open_dataset("folder", tmp_path, side_by_side=True)
    assert folder.ids() == ["a"] and folder[0].disparity[0].tolist() == [1, 2, 0]


@pytest.mark.parametrize(
    ("left", "right", "truth"),
    [
        ("left_{}.png", "right_{}.png", "disp_{}.pfm"),
        ("{}_l.png", "{}_r.png", "{}_d.pfm"),
        ("{}-left.png", "{}-right.png", "{}-disp.pfm"),
        ("left{}.png", "right{}.png", "disp{}.pfm"),
        ("Left/{}.png", "Right/{}.png", "Disparity/{}.pfm"),
        ("left/{}.pgm", "right/{}.pgm", "disp/{}.pfm"),
        ("image_left/{}.png", "image_right/{}.png", "disparity/{}.pfm"),
    ],
)
def test_names_that_folders_have(
    tmp_path: Path, save_picture, save_pfm, left: str, right: str, truth: str
):
    for id_ in ("01", "02"):
        mode = "L" if left.endswith("pgm") else "RGB"
        save_picture(tmp_path / left.format(id_), mode=mode)
        save_picture(tmp_path / right.format(id_), mode=mode)
        save_pfm(tmp_path / truth.format(id_), [[1, 2, 2]] * 2)
    dataset = open_dataset("folder", tmp_path)
    assert dataset.ids() == ["01", "02"] and dataset[1].disparity[0].tolist() == [1, 2, 2]
