"""Outputs appear whole under their name, or not at all."""

import errno
import fcntl
import os
import signal
from pathlib import Path

import pytest

from fdscs.storage.atomic import replacing, write_text
from fdscs.storage.errors import BadInput


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, BadInput])
def test_a_failure_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, error: type[BaseException]
) -> None:
    target = tmp_path / "out.txt"
    target.write_text("old")
    with pytest.raises(error), replacing(target) as temporary:
        temporary.write_text("half of the new")
        raise error("stop")
    assert target.read_text() == "old"
    assert names(tmp_path) == ["out.txt"]


@pytest.mark.parametrize(("owner", "call"), [(os, "fsync"), (Path, "replace")])
def test_a_full_disk_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: object, call: str
) -> None:
    target = tmp_path / "out.txt"
    target.write_text("old")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(owner, call, full)
    with pytest.raises(BadInput, match=r"out\.txt: cannot be written \(No space left on device\)"):
        write_text(target, "new")
    assert target.read_text() == "old"
    assert names(tmp_path) == ["out.txt"]


def test_the_target_is_untouched_until_the_end(tmp_path: Path) -> None:
    target = tmp_path / "out.txt"
    target.write_text("old")
    with replacing(target) as temporary:
        temporary.write_text("new")
        assert temporary.parent == tmp_path and temporary.suffix == ".txt"
        assert target.read_text() == "old"
    assert target.read_text() == "new"
    assert names(tmp_path) == ["out.txt"]


def test_missing_folders_are_made(tmp_path: Path) -> None:
    write_text(tmp_path / "a" / "b" / "out.txt", "ä")
    assert (tmp_path / "a" / "b" / "out.txt").read_bytes() == "ä".encode()


@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_permissions_follow_the_umask(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        write_text(tmp_path / "out.txt", "")
        assert os.umask(mask) == mask, "the umask was changed"
    finally:
        os.umask(before)
    assert (tmp_path / "out.txt").stat().st_mode & 0o777 == 0o666 & ~mask


def test_a_file_where_a_folder_is_needed(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old")
    with pytest.raises(BadInput, match=r"out\.txt: cannot be written"):
        write_text(tmp_path / "file" / "out.txt", "new")
    assert names(tmp_path) == ["file"]


def test_a_folder_where_a_file_is_needed(tmp_path: Path) -> None:
    (tmp_path / "out.txt").mkdir()
    with pytest.raises(BadInput, match=r"out\.txt: cannot be written \(Is a directory\)"):
        write_text(tmp_path / "out.txt", "new")
    assert names(tmp_path) == ["out.txt"]


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    target = tmp_path / "a[1].txt"
    child = os.fork()
    if not child:
        with replacing(target) as temporary:
            temporary.write_text("half")
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    assert len(names(tmp_path)) == 1
    (tmp_path / ".a[1]-x.txt").touch()  # others' files
    (tmp_path / ".a[1]-abcdefgh.png").touch()
    write_text(target, "new")
    assert names(tmp_path) == [".a[1]-abcdefgh.png", ".a[1]-x.txt", "a[1].txt"]


def test_what_another_writer_still_writes_is_not(tmp_path: Path) -> None:
    target = tmp_path / "out.txt"
    with replacing(target) as slow:
        slow.write_text("slow")
        write_text(target, "quick")
        assert target.read_text() == "quick"
    assert target.read_text() == "slow"
    assert names(tmp_path) == ["out.txt"]


def test_without_locks_nothing_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    (tmp_path / ".out-abcdefgh.txt").touch()
    write_text(tmp_path / "out.txt", "new")
    assert names(tmp_path) == [".out-abcdefgh.txt", "out.txt"]
