"""Blocks on several threads: each once, failures seen, BLAS left as it was."""

import os
import signal
import threading
from collections import Counter

import numpy as np
import pytest

from fdscs.hls_reference import threads
from fdscs.hls_reference.ops.conv2d import conv2d, conv2d_plain
from fdscs.hls_reference.threads import PIECE, for_each, pieces, shares, thread_count


class Blas:
    """Stands in for a BLAS of so many threads."""

    def __init__(self, count: int) -> None:
        self.count, self.history = count, [count]

    def get_num_threads(self) -> int:
        return self.count

    def set_num_threads(self, count: int) -> None:
        self.count = count
        self.history.append(count)


@pytest.fixture(params=[1, 2, 5])
def blas(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Blas:
    blas = Blas(request.param)
    monkeypatch.setattr(threads, "_openblas", lambda: blas)
    return blas


def test_every_item_once(blas: Blas) -> None:
    seen: Counter[int] = Counter()
    for_each(lambda item: seen.update([item]), (item for item in range(1000)))
    assert seen == Counter(range(1000))
    assert blas.history == ([1] if blas.history[0] == 1 else [blas.history[0], 1, blas.history[0]])


def test_as_many_threads_as_blas_has(blas: Blas) -> None:
    together = threading.Barrier(blas.count, timeout=30)  # broken unless so many meet
    for_each(lambda _: together.wait(), range(blas.count))


def test_a_failure_is_raised_and_blas_gets_its_threads_back(blas: Blas) -> None:
    def fail(item: int) -> None:
        if item == 7:
            raise ValueError("item 7")

    with pytest.raises(ValueError, match="item 7"):
        for_each(fail, range(20))
    assert blas.count == blas.history[0]


def test_nothing_to_do(blas: Blas) -> None:
    for_each(pytest.fail, [])


def test_a_fork_has_threads_of_its_own(blas: Blas) -> None:
    for_each(lambda _: None, range(9))
    child = os.fork()
    if not child:
        signal.alarm(30)  # where it waits for the parent's threads
        seen: list[int] = []
        for_each(seen.append, range(9))
        os._exit(0 if sorted(seen) == list(range(9)) else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_another_blas_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "_openblas", lambda: None)
    seen: list[int] = []
    for_each(seen.append, range(5))
    assert seen == [0, 1, 2, 3, 4]


def test_the_blas_of_numpy_is_found_and_obeys() -> None:
    blas = threads._openblas()
    assert blas is not None, "NumPy's wheels bring OpenBLAS"
    before = blas.get_num_threads()
    try:
        blas.set_num_threads(1)
        assert blas.get_num_threads() == 1
    finally:
        blas.set_num_threads(before)


def test_a_convolution_does_not_depend_on_threads(blas: Blas) -> None:
    rng = np.random.default_rng(0)
    x = rng.integers(0, 256, (5, 60, 70), dtype=np.uint8)
    weight = rng.integers(-127, 128, (4, 5, 3, 3), dtype=np.int8)
    bias = rng.integers(-999, 999, 4)
    assert np.array_equal(conv2d(x, weight, bias), conv2d_plain(x, weight, bias))


@pytest.mark.parametrize(
    "shape",
    [(1,), (7, 3), (4, PIECE // 4), (4, PIECE // 3), (5, PIECE), (3, PIECE, 2), (2 * PIECE + 1, 1)],
)
def test_pieces_cover_the_first_axis(blas: Blas, shape: tuple[int, ...]) -> None:
    x = np.broadcast_to(np.uint8(0), shape)
    cuts = pieces(x)
    assert [i for cut in cuts for i in range(shape[0])[cut]] == list(range(shape[0]))
    assert all(x[cut].size <= max(PIECE, x[0].size) for cut in cuts)
    assert (len(cuts) == 1) == (x.size <= PIECE), "a small tensor is not worth a thread"


@pytest.mark.parametrize("most", [1, 2, 7, 40, 100])
@pytest.mark.parametrize("length", [1, 2, 5, 39, 40])
def test_shares_are_alike_and_as_many_for_every_thread(blas: Blas, length: int, most: int) -> None:
    cuts = shares(length, most)
    assert [i for cut in cuts for i in range(length)[cut]] == list(range(length))
    sizes = [cut.stop - cut.start for cut in cuts]
    assert max(sizes) <= most and max(sizes) - min(sizes) <= 1
    assert thread_count() == blas.count
    assert len(cuts) % blas.count == 0 or len(cuts) == length
