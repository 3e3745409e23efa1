"""Words that the whole document uses: references, objects, ids, times."""

from __future__ import annotations

import inspect
import re
from typing import Any, Final, TypeAlias

from chalicelib.kernel.values import ID_PATTERN

Json: TypeAlias = dict[str, Any]

TEXT: Final[Json] = {"type": "string"}
MOMENT: Final[Json] = {"type": "string", "format": "date-time"}
CURSOR: Final[Json] = {"type": "string", "minLength": 1}
IDENTIFIER: Final[Json] = {
    "type": "string",
    "minLength": 1,
    "maxLength": 128,
    "pattern": ID_PATTERN,
    "not": {"enum": [".", ".."]},
}
STREAM: Final[Json] = {
    "type": "string",
    "pattern": r"^[A-Za-z0-9._~-]{1,64}/[A-Za-z0-9._~-]{1,128}/[A-Za-z0-9._~-]{1,128}$",
    "description": "`tenant/Aggregate/id`",
    "examples": ["default/Order/order-1"],
}


def ref(section: str, name: str) -> Json:
    """Return a reference to a component, as ``ref("schemas", "Problem")``."""
    return {"$ref": f"#/components/{section}/{name}"}


def closed(properties: Json, **said: object) -> Json:
    """Return the schema of an object that has all these properties and no other."""
    return {
        **said,
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def content(schema: Json, **said: object) -> Json:
    """Return the content of a body in JSON."""
    return {"application/json": {"schema": schema, **said}}


def doc(kind: type[Any]) -> str:
    """Return the docstring of a class; none if it is but the signature that dataclass makes."""
    text = inspect.cleandoc(kind.__doc__ or "")
    return "" if text.startswith(f"{kind.__name__}(") else text


def words(name: str) -> str:
    """Return ``PlaceOrder``, ``place-order`` or ``placeOrder`` as ``Place order``."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|-", " ", name).lower()
    return spaced[:1].upper() + spaced[1:]
