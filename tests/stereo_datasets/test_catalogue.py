"""Data sets by name, subsets, and what is said when there is nothing to open."""

from pathlib import Path

import pytest

from fdscs.stereo_datasets.catalogue import DATASETS, open_dataset, select
from fdscs.storage.errors import BadInput

ROOTED = sorted(name for name, kind in DATASETS.items() if kind.needs_root)


def test_every_data_set_has_one_line_of_help():
    assert all(kind.help.endswith(".") and "\n" not in kind.help for kind in DATASETS.values())


def test_unknown_name_lists_the_known():
    with pytest.raises(BadInput, match="kity: is no data set; choose one of kitti2015, "):
        open_dataset("kity", Path())


@pytest.mark.parametrize("name", ROOTED)
def test_a_root_is_asked_for(name: str):
    with pytest.raises(BadInput, match=f"{name}: needs the folder"):
        open_dataset(name)


@pytest.mark.parametrize("name", ROOTED)
def test_an_absent_root_is_named(tmp_path: Path, name: str):
    with pytest.raises(BadInput, match=r"/absent: (is not a folder|cannot be read as)"):
        open_dataset(name, tmp_path / "absent")


@pytest.mark.parametrize("name", sorted(set(ROOTED) - {"list"}))
def test_an_empty_root_says_what_is_expected(tmp_path: Path, name: str):
    with pytest.raises(
        BadInput, match=f"{tmp_path}: holds no pairs of {name}; expected .*(left|im|view1|rgb)"
    ):
        open_dataset(name, tmp_path)


def test_some_made_up_pairs_without_options():
    assert len(open_dataset("synthetic")) == 32


def test_options_are_checked(tmp_path: Path):
    with pytest.raises(BadInput, match="kitti2015: has no option 'frames'; it has split, truth"):
        open_dataset("kitti2015", tmp_path, frames="all")
    with pytest.raises(BadInput, match="monkaa: has no option 'truth'; it has frames, split"):
        open_dataset("monkaa", tmp_path, truth="occ")
    with pytest.raises(BadInput, match="motorcycle: has no option 'size'; it has none"):
        open_dataset("motorcycle", size=3)
    with pytest.raises(BadInput, match=r"motorcycle: reads no files, but .* was given"):
        open_dataset("motorcycle", tmp_path)


def test_a_subset_keeps_the_order_asked_for():
    dataset = open_dataset("synthetic", count=5, size=(16, 32), max_disparity=8)
    chosen = select(dataset, ["000003", "000001", "000004"], limit=2)
    assert chosen.ids() == ["000003", "000001"] and chosen.name == "synthetic"
    assert [pair.name for pair in chosen] == ["000003", "000001"]
    assert select(dataset).ids() == dataset.ids()
    assert select(dataset, limit=99).ids() == dataset.ids()
    assert select(chosen, ["000001"])[0].name == "000001"


def test_a_subset_of_what_is_not_there():
    dataset = open_dataset("synthetic", count=2)
    with pytest.raises(BadInput, match="has no pair called 7; it has 2, from 000000 to 000001"):
        select(dataset, ["000000", "7"])
    with pytest.raises(BadInput, match="limit of 0 leaves no pairs"):
        select(dataset, limit=0)
