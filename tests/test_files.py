from __future__ import annotations

import os
import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent_ci.errors import UnsupportedError
from agent_ci.files import append_regular, chunks, is_there, link_new, make_folder, open_regular, remove_file, write_new

LIMIT = 2**20


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout beside a file that it must not reach."""
    (tmp_path / "secret").write_bytes(b"the host's")
    root = tmp_path / "checkout"
    (root / "reports").mkdir(parents=True)
    (root / "reports" / "junit.xml").write_bytes(b"<testsuite/>")
    return root


@pytest.fixture
def waits_for_no_one() -> Iterator[None]:
    """A guard's absence must fail the test and not hang it."""
    import signal  # noqa: PLC0415 -- used here only

    def give_up(_number: int, _frame: object) -> None:
        raise TimeoutError

    previous = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(5)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, previous)


def content(path: Path, *, root: Path | None = None, max_bytes: int = LIMIT) -> bytes:
    with open_regular(path, root=root, max_bytes=max_bytes) as file:
        return file.read()


def refusal(path: Path, *, root: Path | None = None, max_bytes: int = LIMIT) -> str:
    with pytest.raises(UnsupportedError) as refused:
        content(path, root=root, max_bytes=max_bytes)
    return str(refused.value)


@pytest.mark.parametrize("path", ["reports/junit.xml", "{root}/reports/junit.xml"], ids=["relative", "absolute"])
def test_a_regular_file_below_the_root_is_read(root: Path, path: str) -> None:
    assert content(Path(path.format(root=root)), root=root) == b"<testsuite/>"


def test_a_regular_file_is_read_without_a_root(root: Path) -> None:
    assert content(root / "reports" / "junit.xml") == b"<testsuite/>"


def test_the_root_may_be_reached_by_a_link(root: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(root)
    assert content(Path("reports/junit.xml"), root=tmp_path / "link") == b"<testsuite/>"


@pytest.mark.usefixtures("waits_for_no_one")
@pytest.mark.parametrize("has_root", [True, False])
def test_a_fifo_is_refused_and_not_waited_for(root: Path, *, has_root: bool) -> None:
    os.mkfifo(root / "pipe")
    assert "is a FIFO, and no regular file" in refusal(root / "pipe", root=root if has_root else None)


@pytest.mark.parametrize("has_root", [True, False])
@pytest.mark.parametrize("target", ["/proc/self/environ", "/dev/zero", "../secret", "reports/junit.xml", "nowhere"])
def test_a_symbolic_link_is_refused(root: Path, target: str, *, has_root: bool) -> None:
    (root / "link").symlink_to(target)
    assert "is a symbolic link" in refusal(root / "link", root=root if has_root else None)


@pytest.mark.parametrize("target", ["..", "reports", "/etc"])
def test_a_folder_that_is_a_symbolic_link_is_refused(root: Path, target: str) -> None:
    (root / "folder").symlink_to(target)
    for name in ("secret", "junit.xml", "passwd"):
        assert "is reached through a symbolic link" in refusal(root / "folder" / name, root=root)


@pytest.mark.parametrize(
    "path", ["../secret", "reports/../../secret", "{root}/../secret", "/etc/passwd", "{root}", "."]
)
def test_a_path_that_is_not_below_the_root_is_refused(root: Path, path: str) -> None:
    assert "lies outside" in refusal(Path(path.format(root=root)), root=root)


def test_a_file_with_a_second_name_is_refused(root: Path, tmp_path: Path) -> None:
    os.link(tmp_path / "secret", root / "report.xml")
    assert "has 2 names (hard links)" in refusal(root / "report.xml", root=root)


def test_a_sparse_file_over_the_limit_is_refused(root: Path) -> None:
    with (root / "sparse").open("wb") as file:
        file.truncate(500 * 2**30)
    assert re.search(r"has 536,870,912,000 bytes, .* limit of 1,048,576", refusal(root / "sparse", root=root))


def test_a_file_as_large_as_the_limit_is_read(root: Path) -> None:
    assert content(root / "reports" / "junit.xml", max_bytes=len(b"<testsuite/>")) == b"<testsuite/>"


@pytest.mark.parametrize(("path", "kind"), [("/dev/zero", "a device"), ("/dev", "a folder")])
def test_what_is_no_file_is_refused(path: str, kind: str) -> None:
    assert f"is {kind}, and no regular file" in refusal(Path(path))


def test_a_socket_is_refused(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)  # a socket's path has at most 108 bytes
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        assert "socket" in refusal(Path("socket"))


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("http://example.org/junit.xml", "is a web address"),
        ("https://example.org/junit.xml", "is a web address"),
        ("file:///etc/passwd", "is a web address"),
        ("nowhere.xml", "does not exist"),
        ("a\0b", "has a name that no file can have"),
        ("x" * 5000, "cannot be opened (file name too long)"),
    ],
)
def test_a_path_that_names_no_file_is_explained(root: Path, path: str, reason: str) -> None:
    assert reason in refusal(Path(path), root=root)


def test_a_file_that_grows_is_not_read_beyond_the_limit(root: Path) -> None:
    path = root / "reports" / "junit.xml"
    with open_regular(path, max_bytes=100_000) as file:
        pieces = chunks(file, max_bytes=100_000)
        path.write_bytes(b"x" * 70_000)
        assert len(next(pieces)) == 2**16
        path.write_bytes(b"x" * 170_000)
        with pytest.raises(UnsupportedError, match="grew beyond 100,000 bytes"):
            list(pieces)


def test_no_descriptor_is_left_open(root: Path) -> None:
    before = len(list(Path("/dev/fd").iterdir()))
    content(root / "reports" / "junit.xml", root=root)
    refusal(root / "reports", root=root)
    refusal(root / "reports" / "nowhere", root=root)
    refusal(root / "nowhere" / "nowhere", root=root)
    assert len(list(Path("/dev/fd").iterdir())) == before


def not_added(path: Path) -> str:
    with pytest.raises(UnsupportedError) as error:
        append_regular(path, b"x")
    return str(error.value)


def test_text_is_added_to_the_end_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "summary.md"
    file.write_bytes(b"before\n")
    append_regular(file, b"after\n")
    assert file.read_bytes() == b"before\nafter\n"


@pytest.mark.usefixtures("waits_for_no_one")
def test_nothing_is_added_to_what_is_no_file_of_its_own(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_bytes(b"precious")
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "link").symlink_to(precious)
    (tmp_path / "folder").mkdir()
    assert "symbolic link" in not_added(tmp_path / "link")
    assert "is a socket or a device without a driver" in not_added(tmp_path / "fifo")  # nobody reads it
    assert "no regular file" in not_added(Path("/dev/null"))
    assert "folder" in not_added(tmp_path / "folder")
    assert "does not exist" in not_added(tmp_path / "missing")
    (tmp_path / "name").hardlink_to(precious)
    assert "2 names" in not_added(tmp_path / "name")
    assert precious.read_bytes() == b"precious"
    assert not (tmp_path / "missing").exists()


WRITERS: dict[str, Callable[[Path, Path], object]] = {
    "a folder": lambda path, root: make_folder(path, root=root),
    "a file": lambda path, root: write_new(path, b"ours", root=root),
    "a link": lambda path, root: link_new(path, Path("reports"), root=root),
    "a look": lambda path, root: is_there(path, root=root),
    "a removal": lambda path, root: remove_file(path, root=root),
}


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_nothing_is_written_by_way_of_a_link_nor_outside(
    root: Path, tmp_path: Path, write: Callable[[Path, Path], object]
) -> None:
    (root / "out").symlink_to(tmp_path)
    before = len(list(Path("/dev/fd").iterdir()))
    for path in (root / "out" / "secret", root / "out" / "new", root / ".." / "new", tmp_path / "secret"):
        with pytest.raises(UnsupportedError):
            write(path, root)
    assert (sorted(path.name for path in tmp_path.iterdir()), (tmp_path / "secret").read_bytes()) == (
        ["checkout", "secret"],
        b"the host's",
    )
    assert len(list(Path("/dev/fd").iterdir())) == before


def test_a_new_file_stands_instead_of_the_link_or_the_other_name_that_was_there(root: Path, tmp_path: Path) -> None:
    (root / "link").symlink_to(tmp_path / "secret")
    os.link(tmp_path / "secret", root / "name")
    os.mkfifo(root / "pipe")
    for name in ("link", "name", "pipe", "none"):
        write_new(root / name, b"ours", root=root)
        assert (root / name).read_bytes() == b"ours"
    assert (tmp_path / "secret").read_bytes() == b"the host's"
    with pytest.raises(UnsupportedError):
        write_new(root / "reports", b"ours", root=root)


def test_what_is_there_is_no_folder_of_ours_and_a_link_that_leads_nowhere_is_there(root: Path, tmp_path: Path) -> None:
    (root / "out").symlink_to(tmp_path)
    (root / "nowhere").symlink_to("gone")
    for name in ("out", "nowhere", "reports/junit.xml"):
        with pytest.raises(UnsupportedError):
            make_folder(root / name, root=root)
        link_new(root / name, tmp_path, root=root)
        assert is_there(root / name, root=root)
    assert ((root / "nowhere").readlink(), is_there(root / "gone", root=root)) == (Path("gone"), False)
