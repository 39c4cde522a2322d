"""What two real cameras make of one scene: pictures that agree on little but the scene."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fdscs.stereo_datasets.pair import Picture

Array = NDArray[np.float32]
MOST_BLUR = 0.25  # weight of either neighbour


@dataclass(frozen=True)
class Camera:
    """How a camera departs from the ideal one; the fields' defaults are none."""

    gain: tuple[float, float, float] = (1.0, 1.0, 1.0)
    offset: float = 0.0
    gamma: float = 1.0
    blur: float = 0.0  # three taps (blur, 1 − 2·blur, blur) along both axes
    noise: float = 0.0  # standard deviation
    lower: float = 0.0  # px that the picture lies too low at its centre; below 1
    tilt: float = 0.0  # px lower at the right border than at the centre


def random_cameras(rng: np.random.Generator) -> tuple[Camera, Camera]:
    """A left and a right camera: alike in kind, and different in gain, offset, blur and noise.

    In one case of two the right one is not quite rectified: up to half a pixel too high or low.
    """
    gamma, noise = np.exp(rng.normal(0, 0.25)), 0.03 * rng.random() ** 2
    blur = rng.uniform(0, MOST_BLUR) if rng.random() < 0.6 else 0.0
    blurs = np.clip(blur + rng.normal(0, 0.03, 2), 0, MOST_BLUR)
    noises = noise * rng.uniform(0.7, 1.3, 2)
    left = Camera(gamma=gamma, blur=blurs[0], noise=noises[0])
    common = rng.normal(0, 0.06) if rng.random() < 0.7 else 0.0
    gain = np.exp(common + rng.normal(0, 0.02, 3))
    lower, tilt = rng.normal(0, (0.2, 0.1)) if rng.random() < 0.5 else (0.0, 0.0)
    right = Camera(
        gain=(gain[0], gain[1], gain[2]),
        offset=rng.normal(0, 0.012),
        gamma=gamma * np.exp(rng.normal(0, 0.04)),
        blur=blurs[1],
        noise=noises[1],
        lower=float(np.clip(lower, -0.5, 0.5)),
        tilt=float(np.clip(tilt, -0.3, 0.3)),
    )
    return left, right


def photographed(rng: np.random.Generator, scene: Array, camera: Camera) -> Array:
    """The scene, float32 (H, W, 3), 0 … 1, as `camera` takes it."""
    light = np.clip(scene, 0, 1)
    if camera.gamma != 1:
        np.power(light, np.float32(camera.gamma), out=light)
    light = light * np.array(camera.gain, np.float32) + np.float32(camera.offset)
    if camera.lower or camera.tilt:
        light = _lowered(light, camera.lower, camera.tilt)
    if camera.blur:
        light = _blurred(light, camera.blur)
    if camera.noise:
        light += np.float32(camera.noise) * rng.standard_normal(light.shape, np.float32)
    return light


def as_jpeg(rng: np.random.Generator, pictures: Sequence[Picture]) -> list[Picture]:
    """Pictures as they come back from JPEG, all of one quality, colours at half resolution."""
    quality = int(rng.integers(60, 96))
    decoded = []
    for picture in pictures:
        buffer = BytesIO()
        Image.fromarray(picture).save(buffer, "JPEG", quality=quality)
        decoded.append(np.asarray(Image.open(buffer)))
    return decoded


def _lowered(picture: Array, lower: float, tilt: float) -> Array:
    """Each column moved down by lower + tilt · its place from −1 to 1; linear; borders repeat."""
    places = np.linspace(-1, 1, picture.shape[1], dtype=np.float32)
    move = np.clip(np.float32(lower) + np.float32(tilt) * places, -1, 1)[:, None]
    above = np.concatenate([picture[:1], picture[:-1]])
    below = np.concatenate([picture[1:], picture[-1:]])
    down, up = np.maximum(move, 0), np.maximum(-move, 0)
    moved: Array = picture + down * (above - picture) + up * (below - picture)
    return moved


def _blurred(picture: Array, weight: float) -> Array:
    for axis in (0, 1):
        lines = picture.swapaxes(0, axis)
        blurred = lines * np.float32(1 - 2 * weight)
        blurred[1:] += np.float32(weight) * lines[:-1]
        blurred[:-1] += np.float32(weight) * lines[1:]
        blurred[[0, -1]] += np.float32(weight) * lines[[0, -1]]
        picture = blurred.swapaxes(0, axis)
    return picture
