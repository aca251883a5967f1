"""Reads a JSON array or object element by element, so that gigabytes need no memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

_CHUNK = 1 << 20
_LONGEST_ELEMENT = 1 << 26
_SPACE = " \t\n\r"
_ENDS_A_VALUE = frozenset(_SPACE + ",]}:")


class DataFileError(ValueError):
    """A file is not the JSON that was expected; the message names the file and the place."""


def array_elements(path: Path, chunk: int = _CHUNK) -> Iterator[Any]:
    """The elements of the array that a file holds, in order.

    Args:
        path: of a UTF-8 file.
        chunk: characters to read at a time.

    Raises:
        DataFileError: the file is no JSON array, here or further on; or an element has more than
            2^26 characters.
        OSError: the file cannot be read.
    """
    with path.open(encoding="utf-8-sig") as file:
        yield from _Cursor(path, file, chunk).elements("[", "]")


def object_items(path: Path, chunk: int = _CHUNK) -> Iterator[tuple[str, Any]]:
    """The keys and values of the object that a file holds, in order, repeated keys included.

    Args and errors are those of `array_elements`.
    """
    with path.open(encoding="utf-8-sig") as file:
        yield from _Cursor(path, file, chunk).elements("{", "}")


class _Cursor:
    """A place in a file, with the text around it."""

    def __init__(self, path: Path, file: TextIO, chunk: int) -> None:
        self._path = path
        self._file = file
        self._chunk = chunk
        self._text = ""
        self._at = 0
        self._count = 0
        self._decoder = json.JSONDecoder()

    def elements(self, opening: str, closing: str) -> Iterator[Any]:
        kind = "array" if opening == "[" else "object"
        if self._next() != opening:
            raise self._error(f"it does not hold a JSON {kind}")
        self._at += 1
        if self._next() == closing:
            self._at += 1
        else:
            while True:
                element = self._value()
                if opening == "{":
                    element = (self._key(element), self._value())
                yield element
                self._count += 1
                mark = self._next()
                self._at += 1
                if mark == closing:
                    break
                if mark != ",":
                    raise self._error(f"expected ',' or '{closing}'")
        if self._next():
            raise self._error(f"more text follows the {kind}")

    def _key(self, key: Any) -> str:
        if not isinstance(key, str) or self._next() != ":":
            raise self._error("expected a key and ':'")
        self._at += 1
        return key

    def _value(self) -> Any:
        self._next()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except RecursionError as error:
                raise self._error("the record is nested too deeply") from error
            except ValueError as error:
                if not self._read():
                    raise self._error("no JSON value, or the file is cut off") from error
                continue
            # Where the text ends inside a number, its first digits are a number too.
            if end < len(self._text) and self._text[end] in _ENDS_A_VALUE:
                self._at = end
                return value
            if not self._read():
                raise self._error("no JSON value, or the file is cut off")

    def _next(self) -> str:
        """The next character that is no space, without passing it; empty at the end."""
        while True:
            while self._at < len(self._text):
                if self._text[self._at] not in _SPACE:
                    return self._text[self._at]
                self._at += 1
            if not self._read():
                return ""

    def _read(self) -> bool:
        """Read on, twice as much at every attempt at one element; false at the end of the file."""
        rest = self._text[self._at :]
        if len(rest) > _LONGEST_ELEMENT:
            return False
        try:
            more = self._file.read(max(self._chunk, len(rest)))
        except UnicodeDecodeError as error:
            raise self._error(f"it is not UTF-8 ({error.reason})") from error
        self._text, self._at = rest + more, 0
        return bool(more)

    def _error(self, reason: str) -> DataFileError:
        return DataFileError(f"{self._path}, after {self._count:,} whole records: {reason}")
