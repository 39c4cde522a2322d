"""Which artefact is it? By its content; a name only says where to look."""

from pathlib import Path

from fdscs.accelerator.project import DESIGN
from fdscs.export.build import MANIFEST
from fdscs.inspection.builds import describe_build, describe_params
from fdscs.inspection.description import ACCEPTED, Description
from fdscs.inspection.folders import describe_project, describe_vectors
from fdscs.storage.errors import BadInput
from fdscs.vectors.index import INDEX

FOLDERS = {MANIFEST: describe_build, INDEX: describe_vectors, DESIGN: describe_project}
ZIP = b"PK\x03\x04"
HEAD = 16  # bytes that tell the kinds of files apart


def describe(path: Path) -> Description:
    """What an artefact is; raises BadInput for damaged ones and for anything else."""
    if path.is_file() and path.name in FOLDERS:
        path = path.parent
    if path.is_dir():
        for name, describe_folder in FOLDERS.items():
            if (path / name).is_file():
                return describe_folder(path)
        raise BadInput(f"{path}: a folder without {', '.join(FOLDERS)}; give {ACCEPTED}.")
    if not path.exists():
        raise BadInput(f"{path}: no such file or folder; give {ACCEPTED}.")
    head = _head(path) if path.is_file() else b""
    if head.startswith(ZIP):
        return describe_params(path)
    if head[8:9] == b"{":
        from fdscs.inspection.checkpoints import describe_checkpoint  # PyTorch, and only here

        return describe_checkpoint(path)
    if path.suffix == ".onnx" and head:
        from fdscs.inspection.models import describe_model  # ONNX, and only here

        return describe_model(path)
    raise BadInput(f"{path}: is nothing that `fdscs` makes; give {ACCEPTED}.")


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(HEAD)
    except OSError as error:
        raise BadInput(f"{path}: cannot be read ({error.strerror}); give {ACCEPTED}.") from error
