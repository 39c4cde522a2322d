"""The example of docs/vectors.md is what is written."""

import re
from pathlib import Path

import numpy as np

from fdscs.vectors.index import FORMAT
from fdscs.vectors.words import Lanes, as_tensor, beat_lines, hex_lines, pack

PAGE = (Path(__file__).parents[2] / "docs" / "vectors.md").read_text(encoding="utf-8")


def blocks(heading: str) -> list[str]:
    """The indented blocks of a section, as the files would have them."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    found = re.findall(r"(?:^    .*\n)+", section, flags=re.MULTILINE)
    return [block.replace("    ", "") for block in found]


def test_the_example() -> None:
    """Codes as the text gives them: (1, −2, 15) and (−16, 0, 7)."""
    codes = np.array([[1, -2, 15], [-16, 0, 7]], np.int8).T.reshape(3, 1, 2)
    layout = Lanes(channels=3, lanes=2, bits=5, signed=True)
    words = pack(codes, layout)
    taps = [[0, 1, 2, 3, 4, 5, 6, 7, -7], [-1, -2, -3, -4, -5, -6, -7, 0, 1]]
    weight = np.array(taps, np.int8).reshape(1, 2, 3, 3)
    two = Lanes(channels=2, lanes=2, bits=4, signed=True)
    written = [
        hex_lines(words, layout),
        beat_lines(words, layout, columns=2, first=True),
        hex_lines(pack(as_tensor(weight), two), two),
    ]
    assert blocks("2. An example") == [text.decode() for text in written]


def test_the_version_is_named() -> None:
    assert f"| `format` | `{FORMAT}` |" in PAGE
