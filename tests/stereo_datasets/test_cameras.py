"""What cameras do to a scene: each departure alone, by hand."""

import numpy as np
import pytest

from fdscs.stereo_datasets.cameras import Camera, as_jpeg, photographed, random_cameras

RNG = np.random.default_rng(5)
SCENE = RNG.uniform(0.2, 0.8, (12, 16, 3)).astype(np.float32)
RAMP = np.broadcast_to(np.arange(12, dtype=np.float32)[:, None, None] / 20, (12, 16, 3))


def test_an_ideal_camera_changes_nothing():
    assert np.array_equal(photographed(RNG, SCENE, Camera()), SCENE)


def test_gain_offset_and_gamma():
    camera = Camera(gain=(0.9, 1.0, 1.1), offset=0.05, gamma=2)
    expected = SCENE**2 * np.array([0.9, 1.0, 1.1]) + 0.05
    assert photographed(RNG, SCENE, camera) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("lower", [0.4, -0.4])
def test_a_lower_picture(lower: float):
    moved = photographed(RNG, RAMP, Camera(lower=lower))
    assert moved[2:-2] == pytest.approx(RAMP[2:-2] - lower / 20, abs=1e-6)


def test_a_tilted_picture_is_lower_on_the_right():
    moved = photographed(RNG, RAMP, Camera(tilt=0.3))
    assert (RAMP - moved)[5, [0, -1], 0] * 20 == pytest.approx([-0.3, 0.3], abs=1e-5)


def test_blur_keeps_the_mean_and_takes_contrast():
    blurred = photographed(RNG, SCENE, Camera(blur=0.25))
    assert blurred[1:-1, 1:-1].std() < 0.6 * SCENE.std()
    assert blurred.mean() == pytest.approx(SCENE.mean(), abs=0.01)


def test_noise_has_its_deviation():
    noisy = photographed(RNG, np.full((64, 64, 3), 0.5, np.float32), Camera(noise=0.02))
    assert noisy.std() == pytest.approx(0.02, rel=0.05)


def test_the_two_cameras_differ():
    pairs = [random_cameras(np.random.default_rng(seed)) for seed in range(200)]
    lower = np.array([right.lower for _, right in pairs])
    assert 0.3 < np.mean(lower != 0) < 0.7 and 0.3 < np.abs(lower).max() <= 0.5
    gains = np.array([right.gain for _, right in pairs])
    assert 0.02 < gains.std() < 0.1
    assert all(left.noise != right.noise for left, right in pairs)
    assert all(left.lower == left.tilt == 0 for left, _ in pairs)


def test_jpeg_keeps_the_picture_but_not_every_value() -> None:
    y, x = np.mgrid[:32, :48]
    picture = np.stack([4 * x, 5 * y, 2 * (x + y)], 2).astype(np.uint8)
    first, second = as_jpeg(np.random.default_rng(1), [picture, picture])
    assert first.shape == picture.shape and first.dtype == np.uint8
    assert np.array_equal(first, second), "one quality for both"
    assert 0 < np.abs(first.astype(int) - picture).mean() < 6
