"""The benchmark of deployment runs whole on a tiny network."""

import json
import sys
from pathlib import Path

import pytest

from benchmarks import deployment
from benchmarks.parts import PARTS


@pytest.mark.slow
def test_quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["deployment", "--quick", "-o", str(tmp_path)])
    deployment.main()
    report = json.loads((tmp_path / "deployment.json").read_text())
    (parts,) = report["measured"].values()
    assert list(parts) == list(PARTS)
    assert all(each["seconds"] > 0 and each["gigabytes"] > 0.01 for each in parts.values())
    (ratios,) = report["ratios"].values()
    expected = parts["reference"]["seconds"] / parts["float PyTorch"]["seconds"]
    assert ratios["reference / float PyTorch"] == expected
    assert list(ratios) == [f"{part} / {other}" for part, other in deployment.COMPARED]
    text = (tmp_path / "deployment.txt").read_text()
    assert all(part in text for part in parts)


def test_growth_compares_the_ends() -> None:
    points = [point for point, parts in deployment.points(quick=False) if "reference" in parts]
    found = {
        point: {"reference": {"seconds": point.size[0] * point.disparities, "gigabytes": 1.0}}
        for point in points
    }
    sizes, disparities = deployment.growth_of(found).items()
    assert sizes[0] == ("320x96, 128 disparities, 1 thread → 1920x1080, 128 disparities, 1 thread")
    assert sizes[1]["reference"] == {"seconds": 1080 / 96, "gigabytes": 1.0}
    assert disparities[0].startswith("1242x375, 32") and "192" in disparities[0]
    assert disparities[1]["reference"]["seconds"] == 6
