"""Whose file is it? Weights that other programs wrote, told apart without unpickling anything."""

import re
import zipfile
from pathlib import Path

HEAD = 1 << 20  # bytes that are searched for names of layers
PICKLE = re.compile(rb"\x80[\x02-\x05]")
TENSORFLOW = (".index", ".meta", ".data-00000-of-00001")
REPRODUCTION = b"enc0_conv2d_bn"  # a layer of Fdscs_pytorch
REPRODUCED = "weights of Fdscs_pytorch, a reproduction of FDSCS by others"


def foreign_kind(path: Path) -> str | None:
    """What a file of weights is that this program did not write, in words; None where unknown."""
    try:
        head, is_zip = _names(path)
    except Exception:  # zipfile raises many types on damaged files
        return None
    if REPRODUCTION in head:
        return REPRODUCED
    if is_zip and b"data.pkl" in head:
        return "a PyTorch file"
    if is_zip and b".npy" in head:
        return "an .npz archive"
    if PICKLE.match(head):
        return "a pickle, as old PyTorch writes it"
    if head[8:9] == b"{":
        return "safetensors without this program's header"
    if path.name.endswith(TENSORFLOW):
        return "a part of a TensorFlow checkpoint"
    return None


def is_pytorch(path: Path) -> bool:
    """Whether only `torch.load` can read the file: a zip around a pickle, or a pickle."""
    try:
        head, is_zip = _names(path)
    except Exception:  # zipfile raises many types on damaged files
        return False
    return b"data.pkl" in head if is_zip else bool(PICKLE.match(head))


def _names(path: Path) -> tuple[bytes, bool]:
    """The start of a file, or of a zip its members' names and the start of its pickle."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head.startswith(b"PK\x03\x04"):
        return head, False
    with zipfile.ZipFile(path) as archive:
        members = archive.namelist()
        found = "\n".join(members).encode(errors="replace")
        for member in members:
            if member.endswith("data.pkl"):
                with archive.open(member) as file:
                    found += file.read(HEAD)
    return found, True
