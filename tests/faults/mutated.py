"""Valid files of every kind that the program reads, and damaged copies of them."""

import io
import random
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from fdscs.calibration.sensitivity_table import read_table
from fdscs.commands.options import listed
from fdscs.export.build import Build, read_build
from fdscs.export.exporter import load_onnx
from fdscs.geometry.calibration_file import read_calibration
from fdscs.model.config_file import read_config
from fdscs.model.foreign_arrays import read_arrays
from fdscs.stereo_datasets.catalogue import select
from fdscs.stereo_datasets.dataset import StereoDataset
from fdscs.stereo_datasets.filelist import find_listed
from fdscs.stereo_datasets.images import read_disparity, read_kitti_disparity, write_pfm
from fdscs.stereo_datasets.pictures import Reading, read_rgb, read_views
from fdscs.stereo_datasets.sceneflow import find_sceneflow
from fdscs.stereo_datasets.synthetic import SyntheticPairs
from fdscs.storage.checkpoint import load_checkpoint
from fdscs.storage.errors import BadInput
from fdscs.storage.npz import read_npz
from fdscs.vectors.dumps import read_dump
from fdscs.vectors.index import read_index

Reader = Callable[[Path], object]
LARGE = (0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 0x7FFFFFFFFFFFFFFF)

CALIBRATION = "P2: 7 0 6 4 0 7 1 0.2 0 0 1 0.003\nP3: 7 0 6 -3 0 7 1 2 0 0 1 0.003\n"


def damaged(content: bytes, chance: random.Random) -> bytes:
    """A copy with one to four changes: flips, cuts, repeats, swaps, large numbers, digits."""
    data = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 4))):
        at = chance.randrange(len(data) + 1)
        kind = chance.randrange(7)
        if kind == 0 and at < len(data):
            data[at] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del data[at:]
        elif kind == 2:
            del data[at : at + chance.choice((1, 4, 64))]
        elif kind == 3:
            data[at:at] = data[chance.randrange(len(data) + 1) :][: chance.choice((1, 8, 256))]
        elif kind == 4:
            other = chance.randrange(len(data) + 1)
            data[at : at + 8], data[other : other + 8] = data[other : other + 8], data[at : at + 8]
        elif kind == 5:
            value, size = chance.choice(LARGE), chance.choice((1, 2, 4, 8))
            code = (value & ((1 << 8 * size) - 1)).to_bytes(size, chance.choice(("big", "little")))
            data[at : at + size] = code
        else:
            data[at:at] = str(chance.choice(LARGE)).encode()
    return bytes(data)


def valid_files(folder: Path, build: Build, vectors: Path) -> dict[str, tuple[Path, Reader]]:
    """A file of each kind in `folder`, with what reads it."""
    folder.mkdir(exist_ok=True)
    rng = np.random.default_rng(0)
    found: dict[str, tuple[Path, Reader]] = {}

    def add(name: str, content: bytes, read: Reader, kind: str = "") -> None:
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        found[kind or name] = (path, read)

    for name in ("params.npz", "manifest.json"):
        (folder / "build").mkdir(exist_ok=True)
        for other in ("params.npz", "manifest.json"):
            copy = folder / f"build-{name}" / other
            copy.parent.mkdir(exist_ok=True)
            copy.write_bytes((build.folder / other).read_bytes())
        add(f"build-{name}/{name}", (build.folder / name).read_bytes(),
            lambda path: read_build(path.parent), name)  # fmt: skip
    add("a.npz", (build.folder / "params.npz").read_bytes(), read_npz)
    add("q.safetensors", (build.folder / "quant.safetensors").read_bytes(),
        lambda path: load_checkpoint(path, "quantised"))  # fmt: skip
    buffer = io.BytesIO()
    torch.save({"state_dict": {"enc0_w": torch.ones(3, 2), "enc0_b": torch.ones(2)}}, buffer)
    add("w.pth", buffer.getvalue(), read_arrays)
    for name in ("fdscs.qonnx.onnx", "fdscs.qcdq.onnx"):
        add(name, (build.folder / name).read_bytes(), load_onnx)
    add("index/index.json", (vectors / "index.json").read_bytes(),
        lambda path: read_index(path.parent), "index")  # fmt: skip
    entry = next(each for each in read_index(vectors).tensors if each.name == "enc1_relu")
    for suffix in ("npy", "hex", "dat"):
        add(f"enc1_relu.{suffix}", (vectors / f"enc1_relu.{suffix}").read_bytes(),
            lambda path: read_dump(path, entry))  # fmt: skip
    capture = "".join(f"{i},{i % 2},1,{i:06x}\n" for i in range(40))
    add("enc1_relu.csv", f"Sample,s_tdata[47:0],s_tvalid,s_tready\n{capture}".encode(),
        lambda path: read_dump(path, entry))  # fmt: skip
    picture = rng.integers(0, 256, (12, 17, 3), dtype=np.uint8)
    for suffix in ("png", "jpg", "webp"):
        Image.fromarray(picture).save(folder / f"p.{suffix}")
        found[suffix] = (folder / f"p.{suffix}", read_rgb)
    for suffix in ("pgm", "bmp", "tif"):
        Image.fromarray(picture[..., 0]).save(folder / f"p.{suffix}")
        found[suffix] = (folder / f"p.{suffix}", read_rgb)
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(picture).save(folder / "turned.jpg", exif=exif)
    found["turned"] = (folder / "turned.jpg", read_rgb)
    Image.fromarray(picture).quantize(9).save(folder / "palette.png")
    found["palette"] = (folder / "palette.png", read_rgb)
    Image.fromarray(picture[..., 0].astype(np.uint16) * 16).save(folder / "raw.png")
    found["bayer"] = (folder / "raw.png", lambda path: read_rgb(path, Reading(12, "RGGB")))
    Image.fromarray(picture[:, :16]).save(folder / "both.png")
    found["both"] = (
        folder / "both.png", lambda path: read_views(path, None, Reading(side_by_side=True))
    )  # fmt: skip
    Image.fromarray(picture[..., 0].astype(np.uint16) * 200).save(folder / "d.png")
    found["kitti"] = (folder / "d.png", read_kitti_disparity)
    write_pfm(folder / "d.pfm", picture[..., 0].astype(np.float32))
    found["pfm"] = (folder / "d.pfm", read_disparity)
    text = b'preset = "lite"\n[precision]\nweight_bits = 4\nweights = { out = 8, u1u5_5 = 8 }\n'
    add("c.toml", text, lambda path: read_config(str(path)))
    add("list.txt", b"# pairs\nl/1.png r/1.png d/1.pfm\nl/2.png r/2.png\n", find_listed)
    add(
        "commas.txt",
        b'\xef\xbb\xbf"l 1.png", r1.png, d.png, 64\r\nl\\2.png,r\\2.png\n',
        find_listed,
    )
    for view in ("left", "right"):
        (folder / "flying/frames_finalpass/A" / view).mkdir(parents=True)
        Image.fromarray(picture).save(folder / f"flying/frames_finalpass/A/{view}/0006.png")
        Image.fromarray(picture).save(folder / f"flying/frames_finalpass/A/{view}/0007.png")
    add("flying/all_unused_files.txt", b"A/left/0006.png\nB/left/0007.png\n",
        lambda path: find_sceneflow(path.parent), "unused")  # fmt: skip
    pairs = SyntheticPairs(3, (64, 64), max_disparity=8)
    add("ids", ("\n".join(pairs.ids()[1:]) + "\n").encode(), lambda path: read_ids(path, pairs))
    header = "layer,kind,bits,macs_percent,mean_px,mean_square_px2,over_1px_percent,shift\n"
    rows = "".join(f"enc0,weights,{bits},10.5,0.01,0.001,0.2,7\n" for bits in (4, 8))
    add("s.csv", (header + rows).encode(), read_table)
    add("calib.txt", CALIBRATION.encode(), lambda path: read_calibration([path]))
    matrices = "".join(
        f"{name}: !!opencv-matrix\n  rows: {rows}\n  cols: {columns}\n  data: {data}\n"
        for name, rows, columns, data in (
            ("M1", 3, 3, [9, 0, 4, 0, 9, 4, 0, 0, 1]), ("D1", 1, 5, [0.1, 0, 0, 0, 0]),
            ("M2", 3, 3, [9, 0, 4, 0, 9, 4, 0, 0, 1]), ("D2", 1, 4, [0, 0, 0, 0]),
            ("R", 3, 3, [1, 0, 0, 0, 1, 0, 0, 0, 1]), ("T", 3, 1, [-0.5, 0, 0]),
        )
    )  # fmt: skip
    add("calib.yml", f"%YAML:1.0\n---\n{matrices}".encode(), lambda path: read_calibration([path]))
    return found


def read_ids(path: Path, pairs: StereoDataset) -> object:
    """The pairs that the file names; a refusal of one of them does not name the file."""
    ids = listed(str(path))
    try:
        return select(pairs, ids).ids()
    except BadInput as error:
        raise BadInput(f"{path}: {error}") from error


def bomb_png(path: Path, rows: int, columns: int) -> None:
    """A PNG whose header claims `rows` × `columns` pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", columns, rows, 8, 2, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(bytes(1000)))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + header + data + chunk(b"IEND", b""))
