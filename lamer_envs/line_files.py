"""Files of lines that grow by whole lines and survive being cut off; plain, or gzip by name.

In a file named `*.gz` each call of `append_lines` adds one gzip member: a file of members is itself
a gzip file, so nothing that is there is ever written again, and `gunzip` reads it.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

_BLOCK = 1 << 16
# zlib's number for "with the header and the checksum of gzip".
_GZIP = 16 + zlib.MAX_WBITS


class CutOffError(ValueError):
    """The file ends in the middle of a line, or of a gzip member: its writer was stopped.

    Attributes:
        rest: what there is of the last line.
    """

    def __init__(self, path: Path, rest: bytes) -> None:
        super().__init__(f"{path} was cut off while its last line was written")
        self.rest = rest


def is_compressed(path: Path) -> bool:
    """Whether a file of this name is gzip."""
    return path.suffix == ".gz"


def append_lines(path: Path, lines: Iterable[bytes]) -> None:
    """Append lines, each with a line break, and each handed to the operating system at once."""
    compressed = is_compressed(path)
    with path.open("ab") as file:
        for line in lines:
            file.write(_member(line + b"\n") if compressed else line + b"\n")
            file.flush()


def read_lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file, without their line breaks.

    Raises:
        CutOffError: after the last whole line, where the file was cut off.
        ValueError: the file is named `*.gz` and is not gzip, or damaged.
    """
    rest: list[bytes] = []
    cut = False
    try:
        blocks = (block for _, block in _members(path)) if is_compressed(path) else _blocks(path)
        for block in blocks:
            if b"\n" not in block:
                rest.append(block)
                continue
            *lines, last = b"".join((*rest, block)).split(b"\n")
            yield from lines
            rest = [last]
    except _MemberCutError:
        cut = True
    if cut or any(rest):
        raise CutOffError(path, b"".join(rest))


def drop_unfinished_line(path: Path) -> bool:
    """Cut a last line that was not written to its end off a file; `read_lines` yields the rest.

    Returns:
        Whether there was one.

    Raises:
        ValueError: the file is named `*.gz` and is not gzip, or damaged.
    """
    if not path.exists():
        return False
    if not is_compressed(path):
        return _drop_rest(path)
    dropped = False
    # Once, unless another program has spread a line over several members.
    while _drop_from_last_member(path):
        dropped = True
    return dropped


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block


def _drop_rest(path: Path) -> bool:
    with path.open("r+b") as file:
        size = end = file.seek(0, os.SEEK_END)
        block = b""
        while end and b"\n" not in block:
            start = max(0, end - _BLOCK)
            file.seek(start)
            block = file.read(end - start)
            end = start
        whole = end + block.rfind(b"\n") + 1
        if whole < size:
            file.truncate(whole)
        return whole < size


class _MemberCutError(Exception):
    """The last gzip member has no end.

    Attributes:
        start: where it begins, in bytes.
    """

    def __init__(self, start: int) -> None:
        super().__init__()
        self.start = start


def _member(data: bytes) -> bytes:
    # `gzip.compress` would write the time of day: equal trials are to be equal bytes.
    packer = zlib.compressobj(6, zlib.DEFLATED, _GZIP)
    return packer.compress(data) + packer.flush()


def _members(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield what is in the members of a gzip file in blocks, each with the start of its member."""
    start = 0
    unpacker = None
    with path.open("rb") as file:
        data = b""
        while data or (data := file.read(_BLOCK)):
            if unpacker is None:
                unpacker = zlib.decompressobj(_GZIP)
                start = file.tell() - len(data)
            try:
                block = unpacker.decompress(data)
            except zlib.error as error:
                raise ValueError(
                    f"{path}: the gzip member at byte {start} is damaged ({error})"
                ) from error
            yield start, block
            data = unpacker.unused_data
            if unpacker.eof:
                unpacker = None
    if unpacker is not None:
        raise _MemberCutError(start)


def _drop_from_last_member(path: Path) -> bool:
    start, blocks, cut = 0, [b""], False
    try:
        for begins, block in _members(path):
            if begins != start:
                start, blocks = begins, []
            blocks.append(block)
    except _MemberCutError as error:
        if error.start != start:
            start, blocks = error.start, []
        cut = True
    data = b"".join(blocks)
    if not cut and (not data or data.endswith(b"\n")):
        return False
    with path.open("r+b") as file:
        file.truncate(start)
        if whole := data[: data.rfind(b"\n") + 1]:
            file.seek(start)
            file.write(_member(whole))
    return True
