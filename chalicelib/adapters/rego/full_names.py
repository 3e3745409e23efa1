"""Rego with full names in place of imported ones, as OPA's compiler puts them, for regorus.

regorus takes the value behind an imported name for undefined, in a function of a module that has
been evaluated as a whole; and it evaluates all of an imported module where one rule is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from chalicelib.kernel.errors import Misconfigured

_IMPORT: Final = re.compile(r"^import +(\S+?)(?: +as +(\w+))?[ \t]*$", re.MULTILINE)
_OF_A_PATH: Final = re.compile(r"(?:data|input)(?:\.\w+)+")
_OF_THE_LANGUAGE: Final = re.compile(r"rego\.v1|future\.keywords(?:\.\w+)?")
_WORD: Final = re.compile(
    r'"(?:\\.|[^"\\\n])*"|`[^`]*`|#[^\n]*|(?P<name>(?<![\w.])[A-Za-z_]\w*)(?P<next>[.\[(]?)'
)
"""A text, a comment, or a name that is no field, with what follows if that asks for a part."""


@lru_cache(maxsize=512)
def with_full_names(path: str, rego: str) -> str:
    """Return a module that imports nothing and says the same, on the same lines.

    Raises Misconfigured, naming the file, for an import that it can't follow and for a name that is
    imported and also stands alone, as it could then be a variable.
    """
    imported: dict[str, str] = {}

    def without(found: re.Match[str]) -> str:
        whole, alias = found[1], found[2]
        if _OF_THE_LANGUAGE.fullmatch(whole):
            return found[0]
        if not _OF_A_PATH.fullmatch(whole):
            raise Misconfigured(f"{path} imports {whole}: import data or input by a plain path")
        imported[alias or whole.rpartition(".")[2]] = whole
        return ""

    body = _IMPORT.sub(without, rego)
    return _WORD.sub(_full_name(path, imported), body) if imported else body


def _full_name(path: str, imported: dict[str, str]) -> Callable[[re.Match[str]], str]:
    def replaced(found: re.Match[str]) -> str:
        name, asks = found["name"], found["next"]
        if name not in imported:
            return found[0]
        if not asks:
            raise Misconfigured(
                f"{path} imports {name}, which also stands alone: ask for a part of it, as "
                f"{name}.rule, and give variables and rules other names"
            )
        return imported[name] + asks

    return replaced
