"""Folding by divisors: as few slices as keep up."""

import pytest

from fdscs.accelerator.finn.products import (
    Product,
    fold_product,
    lanes,
    least_parallel,
    window_lanes,
)


@pytest.mark.parametrize(
    ("weight_bits", "code_bits", "expected"),
    [(4, 4, 4), (4, 8, 3), (3, 5, 4), (8, 8, 2), (10, 10, 1), (12, 12, 1)],
)
def test_channels_a_slice(weight_bits: int, code_bits: int, expected: int) -> None:
    """27 bits hold the last weight and, before it, fields of weight + code − 1 bits."""
    assert lanes(weight_bits, code_bits) == expected
    assert weight_bits + (expected - 1) * (weight_bits + code_bits - 1) <= 27


@pytest.mark.parametrize("kernel", [1, 3])
@pytest.mark.parametrize("cycles", [5, 40, 300, 5000])
def test_no_folding_that_keeps_up_takes_fewer_slices(kernel: int, cycles: int) -> None:
    product = Product(kernel**2 * 12, 8, vectors=10, kernel=kernel, weight_bits=4, code_bits=6)
    budget = 10 * cycles
    simd, pe = fold_product(product, budget)
    assert product.inputs % simd == 0 and product.outputs % pe == 0
    possible = [
        (s, p)
        for s in range(1, product.inputs + 1)
        for p in range(1, 9)
        if product.inputs % s == 0 and 8 % p == 0 and product.cycles(s, p) <= budget
    ]
    if kernel == 1 and possible:
        assert product.cycles(simd, pe) <= budget
        assert product.dsps(simd, pe) == min(product.dsps(*each) for each in possible)
    if kernel == 3 and product.vectors * product.inputs // 12 <= budget:
        assert product.cycles(simd, pe) <= budget
        lanes_before = window_lanes(product, simd, budget)
        assert product.vectors * product.inputs // lanes_before <= budget
        assert simd % lanes_before == 0 or lanes_before % simd == 0


def test_the_least_divisor() -> None:
    assert least_parallel(36, 3600, 3600) == 1
    assert least_parallel(36, 3600, 900) == 4
    assert least_parallel(36, 3600, 700) == 6
    assert least_parallel(36, 3600, 10) == 36
