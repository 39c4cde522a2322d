"""The one real pair everyone has: Middlebury 2014 Motorcycle, 500x741, as scikit-image ships it."""

from fdscs.stereo_datasets.dataset import Entry, FileDataset
from fdscs.stereo_datasets.images import split_known
from fdscs.stereo_datasets.pair import StereoPair
from fdscs.storage.extras import needed_by


def find_motorcycle() -> FileDataset:
    """A data set of one pair; its occlusions are not known."""
    return FileDataset("motorcycle", (Entry("motorcycle", _load),))


def _load() -> StereoPair:
    with needed_by("the Motorcycle pair, which stands in where no images are given,"):
        from skimage.data import stereo_motorcycle  # imported when needed: it is slow to import

    left, right, disparity = stereo_motorcycle()  # type: ignore[no-untyped-call]
    return StereoPair("motorcycle", left, right, *split_known(disparity))
