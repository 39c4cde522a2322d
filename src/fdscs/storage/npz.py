"""Reading .npz archives that may be damaged or hostile."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fdscs.storage.errors import BadInput

MAX_BYTES = 1 << 30  # of one archive, unpacked


def read_npz(path: Path | str) -> dict[str, NDArray[Any]]:
    """The arrays of an archive, by name; no pickles, and no more than MAX_BYTES unpacked."""
    path = Path(path)
    if not path.is_file():
        raise BadInput(f"{path}: no such file; give one.")
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > MAX_BYTES:
            raise BadInput(
                f"{path}: would unpack to {unpacked >> 20} MiB; not read, give a smaller one."
            )
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except BadInput:
        raise
    except Exception as error:  # zipfile and NumPy raise many types on damaged files
        reason = str(error).partition("\n")[0].rstrip(".") or type(error).__name__
        raise BadInput(f"{path}: not a readable .npz archive ({reason}); make it anew.") from error
    for name, array in arrays.items():
        if not isinstance(array, np.ndarray):
            raise BadInput(f"{path}: {name} is not an array; give an archive of arrays only.")
    return arrays
