"""Outputs appear under their final name complete, or not at all."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path

from fdscs.storage.errors import BadInput


@contextmanager
def replacing(target: Path | str) -> Iterator[Path]:
    """Yield a temporary path beside `target`; on success it is flushed and renamed to `target`.

    On any failure the temporary file is removed and `target` is left as it was. What a killed
    process left is removed too: it has lost its lock.
    Raises BadInput where the folder cannot be written or the disk is full.
    """
    target = Path(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        for path in target.parent.glob(f"{escape(_prefix(target))}????????{escape(target.suffix)}"):
            _remove_unlocked(path)
        handle, name = tempfile.mkstemp(target.suffix, _prefix(target), target.parent)
    except OSError as error:
        raise BadInput(
            f"{target}: cannot be written ({error.strerror}); choose another place."
        ) from error
    temporary = Path(name)
    try:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(target)
    except OSError as error:
        raise BadInput(
            f"{target}: cannot be written ({error.strerror or error}); nothing was left behind; "
            "make room or choose another place."
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
        os.close(handle)


def write_text(target: Path | str, text: str) -> None:
    """Write `text` as UTF-8 to `target`, whole or not at all."""
    with replacing(target) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _prefix(target: Path) -> str:
    return f".{target.stem}-"


def _remove_unlocked(temporary: Path) -> None:
    """Remove a temporary file unless the process that writes it lives; the lock dies with that."""
    with suppress(OSError), temporary.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        temporary.unlink()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
