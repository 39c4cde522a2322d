"""Every test of an operation runs in each language that it is written in."""

import pytest

from tests.accelerator.ops.cases import LANGUAGES, Operation


@pytest.fixture(params=LANGUAGES, ids=[each.__name__ for each in LANGUAGES])
def operation(request: pytest.FixtureRequest) -> type[Operation]:
    """The operation in C++, then in SystemVerilog."""
    return request.param
