"""Valid files of each kind, and ways to damage them."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import strategies as st

TENSORS = {
    "a.weight": np.arange(24, dtype=np.float32).reshape(2, 3, 2, 2),
    "a.bias": np.array([-1.5, 2.0], np.float32),
    "a.frac": np.array([3], np.int32),
}


@pytest.fixture(scope="session")
def tensors() -> dict[str, np.ndarray]:
    return TENSORS


@pytest.fixture(scope="session")
def damaged() -> Callable[[bytes], st.SearchStrategy[bytes]]:
    """Strategies for damaged copies of a file: cut off, one byte changed, or anything at all."""

    def strategy(content: bytes) -> st.SearchStrategy[bytes]:
        cut = st.integers(0, len(content) - 1).map(lambda end: content[:end])
        flip = st.tuples(st.integers(0, len(content) - 1), st.integers(1, 255)).map(
            lambda at: content[: at[0]] + bytes([content[at[0]] ^ at[1]]) + content[at[0] + 1 :]
        )
        return st.one_of(flip, cut, st.binary(max_size=200))

    return strategy
