from __future__ import annotations

import gzip
import tracemalloc
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lamer_envs.line_files import CutOffError, append_lines, drop_unfinished_line, read_lines

NAMES = ("lines", "lines.gz")
LINES = st.lists(
    st.one_of(st.binary(max_size=20), st.just(bytes(range(11, 250)) * 400)).map(
        lambda line: line.replace(b"\n", b"")
    ),
    max_size=5,
)


def whole_lines(path: Path) -> list[bytes]:
    """What can be read before the cut."""
    lines = []
    try:
        for line in read_lines(path):
            lines.append(line)  # noqa: PERF402
    except CutOffError:
        pass
    return lines


@pytest.mark.parametrize("name", NAMES)
@given(first=LINES, second=LINES)
def test_lines_come_back(
    tmp_path_factory: pytest.TempPathFactory, name: str, first: list[bytes], second: list[bytes]
) -> None:
    path = tmp_path_factory.mktemp("lines") / name
    append_lines(path, first)
    append_lines(path, second)
    assert list(read_lines(path)) == first + second
    assert not drop_unfinished_line(path)


def test_gunzip_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "lines.gz"
    append_lines(path, [b"one", b"two"])
    assert gzip.decompress(path.read_bytes()) == b"one\ntwo\n"


def test_equal_lines_are_equal_bytes(tmp_path: Path) -> None:
    for name in ("a.gz", "b.gz"):
        append_lines(tmp_path / name, [b"one", b"two"])
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_cut_anywhere_only_the_last_line_is_lost(tmp_path: Path, name: str) -> None:
    """Whatever byte a writer was stopped at: the lines before are read, kept, and added to."""
    path = tmp_path / name
    ends = [0]
    lines = [b"first", b"second" * 20, b"third"]
    for line in lines:
        append_lines(path, [line])
        ends.append(path.stat().st_size)
    whole = path.read_bytes()
    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        finished = sum(end <= size for end in ends[1:])
        read = whole_lines(path)
        assert read in (lines[:finished], lines[: finished + 1])
        assert drop_unfinished_line(path) is (size not in ends)
        assert not drop_unfinished_line(path)
        assert list(read_lines(path)) == read
        append_lines(path, [b"more"])
        assert list(read_lines(path)) == [*read, b"more"]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_left_of_a_line_is_told(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    line = bytes(range(11, 250)) * 3
    append_lines(path, [b"one", line])
    path.write_bytes(path.read_bytes()[:-12])
    with pytest.raises(CutOffError, match="was cut off") as caught:
        list(read_lines(path))
    assert line.startswith(caught.value.rest)
    assert len(caught.value.rest) > 100


@pytest.mark.parametrize("parts", [[b"a\nb\nc\n"], [b"a\nb", b"\nc\n"], [b"a\n", b"b\nc\n"]])
def test_members_of_another_program(tmp_path: Path, parts: list[bytes]) -> None:
    """A file that gzip or bgzip has compressed is read, cut and added to like our own."""
    path = tmp_path / "lines.gz"
    whole = b"".join(map(gzip.compress, parts))
    path.write_bytes(whole)
    assert list(read_lines(path)) == [b"a", b"b", b"c"]
    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        read = whole_lines(path)
        drop_unfinished_line(path)
        assert list(read_lines(path)) == read
    path.write_bytes(whole)
    append_lines(path, [b"d"])
    assert list(read_lines(path)) == [b"a", b"b", b"c", b"d"]


def test_a_compressed_file_of_a_cut_file_loses_its_last_line(tmp_path: Path) -> None:
    path = tmp_path / "lines.gz"
    path.write_bytes(gzip.compress(b"one\ntw"))
    assert whole_lines(path) == [b"one"]
    assert drop_unfinished_line(path)
    assert list(read_lines(path)) == [b"one"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"one\ntwo\n",
        lambda data: data[:-6] + bytes([data[-6] ^ 1]) + data[-5:],
        lambda data: data + b"\0" * 40,
    ],
)
def test_what_is_no_gzip_is_named(tmp_path: Path, damage: object) -> None:
    path = tmp_path / "lines.gz"
    append_lines(path, [b"one", b"two"])
    path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
    before = path.read_bytes()
    for look in (lambda: list(read_lines(path)), lambda: drop_unfinished_line(path)):
        with pytest.raises(ValueError, match=r"lines\.gz: the gzip member at byte \d+ is damaged"):
            look()
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("content", "kept"),
    [
        (b"", b""),
        (b"abc", b""),
        (b"abc\n", b"abc\n"),
        (b"abc\nde", b"abc\n"),
        (b"abc\n" + b"x" * 200_000, b"abc\n"),
        (b"a" * 70_000 + b"\n" + b"x" * 70_000, b"a" * 70_000 + b"\n"),
    ],
)
def test_only_the_unfinished_line_goes(tmp_path: Path, content: bytes, kept: bytes) -> None:
    path = tmp_path / "lines"
    path.write_bytes(content)
    assert drop_unfinished_line(path) == (content != kept)
    assert path.read_bytes() == kept


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_read_a_line_at_a_time(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    line = bytes(range(11, 251)) * 200
    append_lines(path, [line] * 100)
    tracemalloc.start()
    assert all(a == b for a, b in pairwise(read_lines(path)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20 * len(line)


def test_a_file_that_is_not_there_has_no_unfinished_line(tmp_path: Path) -> None:
    assert not drop_unfinished_line(tmp_path / "none")
