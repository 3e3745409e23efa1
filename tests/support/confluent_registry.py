"""A foreign registry that speaks as Confluent's: franz-go's for tests, built once, then cached.

Its endpoint for compatibility always says yes.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.support.fetching import go_program
from tests.support.local_server import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

_SOURCE: Final = Path(__file__).parent / "confluent-registry"


@contextmanager
def running(program: str, authorization: str = "") -> Iterator[str]:
    """Give the URL of an empty one; ``authorization`` is the header that it wants."""
    with serving("the registry", [program, "-authorization", authorization]) as server:
        yield server.endpoint


def built() -> str:
    """Return the program, which Go builds if it isn't there; raises CannotRun."""
    return go_program("confluent-registry", _SOURCE)
