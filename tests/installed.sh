#!/usr/bin/env bash
# The program as it is installed, away from the clone: tests/installed.sh PYTHON
# PYTHON is that of an environment with the wheel in it.
set -euo pipefail
python=$(realpath -s "$1")
program=$(dirname "$python")/fdscs
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

"$python" - <<'END'
from importlib.metadata import files
tops = {f.parts[0] for f in files("fdscs")} - {".."}
tops = {each for each in tops if not each.endswith(".dist-info")}
assert tops == {"fdscs"}, f"the wheel installs {sorted(tops)}"
END
touch model.py storage.py report.py  # names that a user's own files may have
"$program" --version
"$program" demo --steps 2 -o demo
"$program" check demo/build --backend hls --no-corner-cases
"$program" hls demo/build --board ZCU102 -o project
"$program" rtl demo/build --board ZCU102 --fps 10 -o rtl
"$program" board demo/build --board ZCU102 --fps 10 -o kit
PYTHONPATH=kit/board/python "$python" -c 'import fdscs.board; assert "kit/board" in fdscs.__file__'
"$program" report demo/build --backend qonnx --no-corner-cases -o report.html
# w8 is for the paper's network; an untrained one and a small pair do.
"$python" - <<'END'
from pathlib import Path
import torch
from PIL import Image
from fdscs.model.config import PAPER
from fdscs.model.float_checkpoint import float_tensors, save_float
from fdscs.model.network import FloatNetwork
from fdscs.stereo_datasets.catalogue import open_dataset
net = FloatNetwork(PAPER.architecture)
net.initialise(torch.Generator().manual_seed(0))
save_float("paper.safetensors", float_tensors(net), PAPER, {})
pair = open_dataset("motorcycle")[0]
for side in ("left", "right"):
    Path("pairs", side).mkdir(parents=True)
    Image.fromarray(getattr(pair, side)[:96, :320]).save(f"pairs/{side}/0.png")
END
"$program" calibrate --checkpoint paper.safetensors --config w8 --dataset folder --root pairs -o w8.safetensors
"$program" inspect w8.safetensors > w8.txt && head -3 w8.txt
test -s report.html -a -s project/design.json -a -s rtl/design.json -a -s rtl/simulation/axi.h -a -s kit/block_design.tcl -a -s demo/motorcycle.png
echo "The installed program works, outside the clone."
