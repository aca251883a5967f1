"""One record of WebShop's data files: what it must hold, and what is made of it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from lamer_envs.webshop.records import MISSING_PRICE, Option, Product

_ASIN_LENGTH = 10
_NO_PRICE_CHARACTER = re.compile(r"[^0-9.]")


class BrokenFieldError(ValueError):
    """A field of a record is missing or of the wrong kind.

    Attributes:
        field: its name; empty where the record as a whole is wrong.
        reason: what was expected, and what was found.
    """

    def __init__(self, field: str, expected: str, found: object) -> None:
        shown = repr(found)
        shown = shown if len(shown) <= 60 else f"{shown[:57]}..."
        self.field = field
        self.reason = f"expected {expected}, found {shown}"
        super().__init__(f"{field}: {self.reason}")


class Notes(NamedTuple):
    """What the attributes file says of a product.

    Attributes:
        attributes: what the judge knows of it.
        instruction: the sentence of its synthetic goals, or empty.
        wanted: the attributes of its synthetic goals.
    """

    attributes: tuple[str, ...] = ()
    instruction: str = ""
    wanted: tuple[str, ...] = ()


class HumanGoal(NamedTuple):
    """A person's instruction for a product.

    Attributes:
        instruction: the sentence, without a price limit.
        attributes: those it asks for; may be empty.
        options: the values it asks for, as written in the file.
        option_names: the name of each of them; empty text where the record does not say.
    """

    instruction: str
    attributes: tuple[str, ...]
    options: tuple[str, ...]
    option_names: tuple[str, ...]


def read_asin(record: Any) -> str:
    """The ASIN of an item, in upper case.

    Raises:
        BrokenFieldError: there is none, it is `nan`, or longer than ten characters.
    """
    if not isinstance(record, dict):
        raise BrokenFieldError("", "an object", record)
    asin = _text(record, "asin", required=True).strip()
    if not asin or asin == "nan" or len(asin) > _ASIN_LENGTH:
        expected = f"an ASIN of 1 to {_ASIN_LENGTH} characters, not 'nan'"
        raise BrokenFieldError("asin", expected, asin)
    return asin.upper()


def read_item(record: Any, notes: Notes) -> Product:
    """The product of an item of the items file.

    Absent and null fields count as empty, except for `asin`, `name` and `query`, without which a
    product can neither be found nor judged.

    Args:
        record: the item, as JSON decodes it.
        notes: of the same product.

    Raises:
        BrokenFieldError: names the first field that is wrong.
    """
    asin = read_asin(record)
    images = record.get("images") or ()
    return Product(
        asin=asin,
        title=_text(record, "name", required=True),
        description=_text(record, "full_description"),
        bullets=_bullets(record.get("small_description")),
        prices=read_prices(record.get("pricing")),
        category=_text(record, "product_category"),
        query=_text(record, "query", required=True).lower().strip(),
        attributes=notes.attributes,
        options=_options(record.get("customization_options")),
        domain=_text(record, "category"),
        images=_texts("images", [image for image in _list("images", images) if image is not None]),
    )


def read_prices(pricing: Any) -> tuple[float, ...]:
    """The price, or the first two prices, in dollars, of texts like `$1,299.00` and `$5 - $9.50`.

    Nothing at all is `MISSING_PRICE`. After each dollar sign only digits and points count.

    Raises:
        BrokenFieldError: there is something, and it is not such a text.
    """
    if pricing is None or pricing == "":
        return (MISSING_PRICE,)
    expected = "a text like '$9.99' or '$5 - $9.50'"
    if not isinstance(pricing, str):
        raise BrokenFieldError("pricing", expected, pricing)
    try:
        prices = [float(_NO_PRICE_CHARACTER.sub("", part)) for part in pricing.split("$")[1:]]
    except ValueError as error:
        raise BrokenFieldError("pricing", expected, pricing) from error
    if not prices or not all(map(math.isfinite, prices)):
        raise BrokenFieldError("pricing", expected, pricing)
    return tuple(prices[:2])


def read_notes(record: Any) -> Notes:
    """What an entry of the attributes file says.

    Raises:
        BrokenFieldError: names the first field that is wrong; an instruction without any attribute
            is.
    """
    if not isinstance(record, dict):
        raise BrokenFieldError("", "an object", record)
    attributes = _texts("attributes", record.get("attributes") or ())
    instruction = _text(record, "instruction")
    wanted = _texts("instruction_attributes", record.get("instruction_attributes") or ())
    if instruction and not wanted:
        raise BrokenFieldError("instruction_attributes", "at least one", wanted)
    return Notes(attributes, instruction, wanted)


def read_human_goal(record: Any) -> HumanGoal:
    """A person's instruction.

    The option that a value belongs to is read from `options`, whose entries are `name: value`.

    Raises:
        BrokenFieldError: names the first field that is wrong.
    """
    if not isinstance(record, dict):
        raise BrokenFieldError("", "an object", record)
    instruction = _text(record, "instruction", required=True)
    attributes = _texts("instruction_attributes", record.get("instruction_attributes") or ())
    options = _texts("instruction_options", record.get("instruction_options") or ())
    listed = [
        entry.partition(": ")[::2] for entry in _texts("options", record.get("options") or ())
    ]
    names = {clean_value(value): name.strip().lower() for name, value in reversed(listed)}
    return HumanGoal(
        instruction,
        attributes,
        options,
        tuple(names.get(clean_value(value), "") for value in options),
    )


def clean_value(value: str) -> str:
    """An option value as the shop shows it: stripped, in lower case, ` | ` in place of `/`."""
    return value.strip().replace("/", " | ").lower()


def _options(customization: Any) -> tuple[Option, ...]:
    field = "customization_options"
    if not customization:
        return ()
    if not isinstance(customization, dict):
        raise BrokenFieldError(field, "an object", customization)
    options = {}
    for name, contents in customization.items():
        if contents is None:
            continue
        values = []
        for content in _list(f"{field}.{name}", contents):
            value = content.get("value") if isinstance(content, dict) else content
            if not isinstance(content, dict) or not isinstance(value, str):
                raise BrokenFieldError(f"{field}.{name}", "{'value': text}", content)
            values.append(clean_value(_encodable(value)))
        options[_encodable(name).lower()] = tuple(values)
    return tuple(options.items())


def _bullets(lines: Any) -> tuple[str, ...]:
    if lines is None:
        return ()
    if isinstance(lines, str):
        lines = [lines]
    lines = _list("small_description", lines)
    return _texts("small_description", [line for line in lines if line is not None])


def _text(record: dict[str, Any], field: str, *, required: bool = False) -> str:
    value = record.get(field)
    # Tables write nothing as NaN, which Python's JSON reads as a number unlike itself.
    if (value is None or value != value) and not required:
        return ""
    if not isinstance(value, str) or (required and not value.strip()):
        raise BrokenFieldError(field, "a text", value)
    return _encodable(value)


def _texts(field: str, values: Any) -> tuple[str, ...]:
    items = _list(field, values)
    for item in items:
        if not isinstance(item, str):
            raise BrokenFieldError(field, "a list of texts", item)
    return tuple(map(_encodable, items))


def _list(field: str, values: Any) -> Iterable[Any]:
    if not isinstance(values, (list, tuple)):
        raise BrokenFieldError(field, "a list", values)
    return values


def _encodable(text: str) -> str:
    """The text, with `?` for half surrogate pairs, which JSON can name and no file can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text
