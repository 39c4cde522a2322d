"""The benchmark of deployment runs whole on a tiny network."""

import json
import sys
from pathlib import Path

import pytest

from benchmarks import deployment


def test_quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["deployment", "--quick", "-o", str(tmp_path)])
    deployment.main()
    report = json.loads((tmp_path / "deployment.json").read_text())
    (parts,) = report["measured"].values()
    assert list(parts) == list(deployment.PARTS)
    assert all(each["seconds"] > 0 and each["gigabytes"] > 0.01 for each in parts.values())
    (ratios,) = report["ratios"].values()
    expected = parts["reference"]["seconds"] / parts["float PyTorch"]["seconds"]
    assert ratios["reference / float PyTorch"] == expected and len(ratios) == 3
    text = (tmp_path / "deployment.txt").read_text()
    assert all(part in text for part in parts)
