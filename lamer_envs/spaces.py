"""The text space of every environment, with shared memory that is read afresh at each step.

Gymnasium's asynchronous vector environment decodes `Text` observations once, when it is built, and
then hands out that first reading for ever. The handlers registered here keep a live view of the
shared bytes instead, so that `gym.make_vec(..., vectorization_mode="async")` is right by default.
"""

from __future__ import annotations

import multiprocessing
import string
import struct
from collections.abc import Sequence
from typing import Any, overload

from gymnasium.spaces import Text
from gymnasium.vector.utils import (
    create_shared_memory,
    read_from_shared_memory,
    write_to_shared_memory,
)

_LENGTH = struct.Struct("<i")
_BYTES_PER_CHARACTER = 4
_LONGEST_SAMPLE = 64
_CHARSET = string.ascii_letters + string.digits + " ,()[]<>/"
_TABLES: dict[str, Any] = {}


class TextSpace(Text):
    """All strings of at most `max_length` characters, whatever their alphabet.

    A model may answer in any script, so membership does not depend on the character set; the set
    only serves `sample()`, which draws short printable strings.

    Args:
        max_length: the largest number of characters, at least 1.
    """

    def __init__(self, max_length: int) -> None:
        super().__init__(max_length, min_length=0, charset=_CHARSET)
        # Thousands of environments have two spaces each: they share one set of tables.
        for name, table in vars(self).items():
            if name.startswith("_char"):
                setattr(self, name, _TABLES.setdefault(name, table))

    def contains(self, x: Any) -> bool:
        """Whether `x` is a string that is not too long."""
        return isinstance(x, str) and len(x) <= self.max_length

    def sample(self, mask: Any = None, probability: Any = None) -> str:
        """Draw a string of at most 64 printable characters."""
        if mask is None and probability is None:
            longest = min(self.max_length, _LONGEST_SAMPLE)
            mask = (int(self.np_random.integers(0, longest + 1)), None)
        return super().sample(mask=mask, probability=probability)

    def __repr__(self) -> str:
        return f"TextSpace({self.max_length})"


class SharedTexts(Sequence[str]):
    """A live view of `n` strings in shared memory; a deep copy is an ordinary tuple."""

    def __init__(self, memory: Any, n: int) -> None:
        self._bytes = memoryview(memory.get_obj()).cast("B")
        self._n = n
        self._slot = len(self._bytes) // n

    def __len__(self) -> int:
        return self._n

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[str, ...]: ...
    def __getitem__(self, index: int | slice) -> str | tuple[str, ...]:
        if isinstance(index, slice):
            return tuple(self[i] for i in range(*index.indices(self._n)))
        if not -self._n <= index < self._n:
            raise IndexError(f"index {index} is outside of {self._n} texts")
        start = (index % self._n) * self._slot
        (length,) = _LENGTH.unpack_from(self._bytes, start)
        start += _LENGTH.size
        return bytes(self._bytes[start : start + length]).decode("utf-8")

    def __deepcopy__(self, memo: Any) -> tuple[str, ...]:
        return tuple(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, (tuple, SharedTexts)) and tuple(self) == tuple(other)

    def __repr__(self) -> str:
        return repr(tuple(self))


def _slot_size(space: TextSpace) -> int:
    return _LENGTH.size + _BYTES_PER_CHARACTER * space.max_length


@create_shared_memory.register(TextSpace)
def _create(space: TextSpace, n: int = 1, ctx: Any = multiprocessing) -> Any:
    return ctx.Array("B", n * _slot_size(space))


@read_from_shared_memory.register(TextSpace)
def _read(space: TextSpace, shared_memory: Any, n: int = 1) -> SharedTexts:
    return SharedTexts(shared_memory, n)


@write_to_shared_memory.register(TextSpace)
def _write(space: TextSpace, index: int, value: str, shared_memory: Any) -> None:
    data = value.encode("utf-8", errors="replace")
    slot = _slot_size(space)
    if len(data) > slot - _LENGTH.size:
        raise ValueError(
            f"an observation of {len(value)} characters does not fit a space of at most "
            f"{space.max_length}; pass vector_kwargs={{'shared_memory': False}}"
        )
    view = memoryview(shared_memory.get_obj()).cast("B")
    start = index * slot
    _LENGTH.pack_into(view, start, len(data))
    start += _LENGTH.size
    view[start : start + len(data)] = data
