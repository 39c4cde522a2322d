"""Planted channels are found and taken out, look-alikes stay, and ranges hold what can be."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from fdscs.hls_reference.run import run
from fdscs.model.config import Config
from fdscs.model.fdscs import build_graph
from fdscs.model.graph import Conv2d
from fdscs.quantization.clean import channel_ranges, clean_up
from fdscs.quantization.freeze import freeze
from fdscs.quantization.network import QuantNetwork
from fdscs.verification.corner_cases import code_cases
from tests.planted import CODE, REMOVABLE, fix, plant, unread
from tests.tiny import TINY

SIZE = (375, 1242)


def channels_of(config: Config) -> dict[str, int]:
    convs = build_graph(config.architecture).of_type(Conv2d)
    return {conv.name: conv.channels for conv in convs}


def test_planted_channels_go_and_no_others(tiny_net: QuantNetwork) -> None:
    cleaned, config, report = clean_up(plant(tiny_net), TINY)
    assert report.removed == REMOVABLE
    assert report.counts() == {"dead": 7, "unread": 7, "constant": 3}
    for name, channels in channels_of(TINY).items():
        gone = {each for layers in REMOVABLE.values() for each in layers.get(name, [])}
        assert report.kept[name].tolist() == [c for c in range(channels) if c not in gone]
        assert channels_of(config)[name] == cleaned.graph[name].channels == channels - len(gone)
    untouched = set(channels_of(TINY)) - {name for each in REMOVABLE.values() for name in each}
    assert untouched.isdisjoint(config.architecture.channels)


def test_a_network_without_such_channels_stays_as_it_is(tiny_net: QuantNetwork) -> None:
    before = freeze(tiny_net)
    cleaned, config, report = clean_up(tiny_net, TINY)
    assert config == TINY and sum(report.counts().values()) == 0
    assert report.macs_before == report.macs_after
    after = freeze(cleaned)
    assert after.graph == before.graph and after.bounds == before.bounds
    for name, array in before.params.items():
        assert np.array_equal(after.params[name], array), name


def test_parameters_that_stay_keep_their_integers(tiny_net: QuantNetwork) -> None:
    before = freeze(plant(tiny_net))
    cleaned, _, report = clean_up(tiny_net, TINY)
    after = freeze(cleaned)
    rows = report.kept["u2_3"]
    columns = report.kept["u1u1_3"]
    expected = before.params["u2_3.weight"][rows][:, columns]
    assert np.array_equal(after.params["u2_3.weight"], expected)
    for name, kept in report.kept.items():
        assert np.array_equal(after.params[f"{name}.shift"], before.params[f"{name}.shift"][kept])


def test_a_constant_is_folded_into_the_biases_of_its_reader(tiny_net: QuantNetwork) -> None:
    before = freeze(plant(tiny_net)).params
    cleaned, _, report = clean_up(tiny_net, TINY)
    rows = report.kept["enc1"]
    part = CODE * before["enc1.weight"][rows, 5, 0, 0].astype(np.int64)
    assert part.any()
    assert np.array_equal(freeze(cleaned).params["enc1.bias"], before["enc1.bias"][rows] + part)


def test_macs_saved(tiny_net: QuantNetwork) -> None:
    _, config, report = clean_up(plant(tiny_net), TINY)
    before, after = (build_graph(each.architecture).macs(*SIZE) for each in (TINY, config))
    assert report.macs_before == sum(before.values())
    assert report.macs_after == sum(after.values()) < report.macs_before
    assert after["enc1"] * 8 * 6 == before["enc1"] * 5 * 5  # rows and columns


def test_bounds_never_widen(tiny_net: QuantNetwork) -> None:
    before = freeze(plant(tiny_net)).bounds
    after = freeze(clean_up(tiny_net, TINY)[0]).bounds
    for name, bound in before.items():
        assert after[name].magnitude <= bound.magnitude and after[name].bits <= bound.bits


def test_cleaning_twice_changes_nothing_more(tiny_net: QuantNetwork) -> None:
    cleaned, config, _ = clean_up(plant(tiny_net), TINY)
    again, same, report = clean_up(cleaned, config)
    assert same == config and sum(report.counts().values()) == 0
    assert again is cleaned


def test_every_layer_keeps_a_channel(tiny_net: QuantNetwork) -> None:
    with torch.no_grad():
        for channel in range(6):
            fix(tiny_net, "u1u1_2", channel, -100.0)
        for channel in range(24):
            fix(tiny_net, "u1u3_2", channel, -100.0)
        for channel in range(4):
            unread(tiny_net, "out", channel)
    cleaned, config, report = clean_up(tiny_net, TINY)
    found = channels_of(config)
    assert (found["u1u1_2"], found["u1u3_2"], found["u1u5_3"]) == (1, 4, 1)
    assert min(found.values()) == 1
    freeze(cleaned)
    assert report.kept["u1u3_2"].tolist() == [0, 6, 12, 18]


def test_ranges_by_hand(tiny_net: QuantNetwork) -> None:
    """enc1 with one weight on a constant: a 1×1 convolution keeps it, zero padding does not."""
    with torch.no_grad():
        for name in ("enc0", "u1u1_3"):
            fix(tiny_net, name, 0, CODE)
        fix(tiny_net, "enc0", 1, -100.0)
    frozen = freeze(tiny_net)
    for name in ("enc1", "u2_3"):
        frozen.params[f"{name}.weight"][:2] = 0
        frozen.params[f"{name}.weight"][0, 0] = 1
        frozen.params[f"{name}.weight"][1, 1] = 1
        frozen.params[f"{name}.bias"][:2] = 7
        frozen.params[f"{name}.shift"][:2] = 1
    ranges = channel_ranges(frozen)
    assert ranges["enc0_relu"][:2] == [(CODE, CODE), (0, 0)]
    assert ranges["enc1_relu"][:2] == [(9, 9), (4, 4)]  # (10 + 7 + 1) >> 1, (7 + 1) >> 1
    assert ranges["u2_3_relu"][0] == (4, (9 * CODE + 7 + 1) >> 1)


def test_no_code_leaves_its_range(tiny_net: QuantNetwork) -> None:
    frozen = freeze(plant(tiny_net))
    ranges = channel_ranges(frozen)
    for case in code_cases(frozen.graph):
        values = run(frozen.graph, frozen.params, {"cost": case.cost, "rgb": case.rgb})
        for name, limits in ranges.items():
            low, high = np.array(limits).T[..., None, None]
            assert ((low <= values[name]) & (values[name] <= high)).all(), (case.name, name)


@pytest.mark.parametrize("name", ["enc0", "u2_2"])
def test_channels_of_a_cleaned_network_may_be_cleaned_again(
    tiny_net: QuantNetwork, name: str
) -> None:
    cleaned, config, _ = clean_up(plant(tiny_net), TINY)
    with torch.no_grad():
        fix(cleaned, name, 0, -100.0)
    _, smaller, report = clean_up(cleaned, config)
    before = config.architecture
    assert report.removed["dead"] == {name: [0]}
    assert smaller.architecture == replace(
        before, channels={**before.channels, name: before.channels[name] - 1}
    )
