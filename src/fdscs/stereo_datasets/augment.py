"""Random variations of a pair for training. All keep it rectified, and its ground truth true."""

import numpy as np
from PIL import Image

from fdscs.stereo_datasets.pair import Disparity, Mask, Picture, StereoPair
from fdscs.storage.errors import BadInput

Size = tuple[int, int]  # height, width


def crop(pair: StereoPair, top: int, left: int, height: int, width: int) -> StereoPair:
    """The same window of both views. Raises BadInput where it does not lie within them."""
    rows, columns = pair.size
    if not (0 <= top <= rows - height and 0 <= left <= columns - width and height > 0 < width):
        raise BadInput(
            f"{pair.name}: a crop of {height}x{width} at row {top}, column {left} "
            f"does not lie within {rows}x{columns}; choose a smaller one."
        )
    window = np.s_[top : top + height, left : left + width]
    return StereoPair(
        pair.name,
        pair.left[window],
        pair.right[window],
        None if pair.disparity is None else pair.disparity[window],
        None if pair.valid is None else pair.valid[window],
        None if pair.visible is None else pair.visible[window],
        None if pair.disparity_right is None else pair.disparity_right[window],
        None if pair.valid_right is None else pair.valid_right[window],
        None if pair.visible_right is None else pair.visible_right[window],
    )


def random_crop(pair: StereoPair, size: Size, rng: np.random.Generator) -> StereoPair:
    """A crop of `size` (height, width) anywhere. Raises BadInput where the pair is smaller."""
    rows, columns = pair.size
    top = int(rng.integers(0, max(rows - size[0], 0) + 1))
    left = int(rng.integers(0, max(columns - size[1], 0) + 1))
    return crop(pair, top, left, *size)


def random_mirror(pair: StereoPair, rng: np.random.Generator) -> StereoPair:
    """The pair mirrored in one case of two, where both views have ground truth; else as it is."""
    mirror = rng.random() < 0.5
    known = pair.disparity is not None and pair.disparity_right is not None
    return pair.mirrored() if mirror and known else pair


def random_scale_crop(
    pair: StereoPair, size: Size, rng: np.random.Generator, max_scale: float = 1.5
) -> StereoPair:
    """Stretch both axes independently by 1 … `max_scale`, then crop to `size` at random.

    A pair smaller than `size` is stretched at least as far as the crop needs. Raises BadInput
    where that is beyond `max_scale`.
    """
    new_size = _random_size(pair, size, rng, max_scale)
    return random_crop(_resized(pair, new_size), size, rng)


def _random_size(pair: StereoPair, size: Size, rng: np.random.Generator, max_scale: float) -> Size:
    chosen = []
    for length, needed in zip(pair.size, size, strict=True):
        least = max(1.0, needed / length)
        if least > max_scale:
            raise BadInput(
                f"{pair.name}: is {pair.size[0]}x{pair.size[1]}, too small for a crop of "
                f"{size[0]}x{size[1]} even when scaled by {max_scale:g}; choose a smaller crop."
            )
        chosen.append(max(needed, round(length * rng.uniform(least, max_scale))))
    return chosen[0], chosen[1]


def _resized(pair: StereoPair, size: Size) -> StereoPair:
    """Views bilinearly, ground truth from the nearest pixel; disparity × the horizontal scale."""
    scale = size[1] / pair.size[1]
    picked = np.ix_(*(_nearest(new, old) for new, old in zip(size, pair.size, strict=True)))

    def stretched(disparity: Disparity | None) -> Disparity | None:
        return None if disparity is None else disparity[picked] * np.float32(scale)

    def chosen(mask: Mask | None) -> Mask | None:
        return None if mask is None else mask[picked]

    return StereoPair(
        pair.name,
        _bilinear(pair.left, size),
        _bilinear(pair.right, size),
        stretched(pair.disparity),
        chosen(pair.valid),
        chosen(pair.visible),
        stretched(pair.disparity_right),
        chosen(pair.valid_right),
        chosen(pair.visible_right),
    )


def _bilinear(picture: Picture, size: Size) -> Picture:
    image = Image.fromarray(picture)
    return np.array(image.resize((size[1], size[0]), Image.Resampling.BILINEAR))


def _nearest(new: int, old: int) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """For each of `new` pixels, which of `old` pixels its centre lies in."""
    return ((np.arange(new) + 0.5) * old / new).astype(np.intp)
