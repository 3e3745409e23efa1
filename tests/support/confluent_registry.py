"""A foreign registry that speaks as Confluent's: franz-go's for tests, built once, then cached.

Its endpoint for compatibility always says yes.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from tests.support.processes import CannotRun, done, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

_SOURCE: Final = Path(__file__).parent / "confluent-registry"
_CACHE: Final = Path(__file__).parents[2] / ".cache" / "confluent-registry"
_NEEDS: Final = "the Confluent-compatible registry for tests needs Go 1.24 or newer, on the PATH"


@contextmanager
def running(program: Path, authorization: str = "") -> Iterator[str]:
    """Give the URL of an empty one; ``authorization`` is the header that it wants."""
    with serving([str(program), "-authorization", authorization]) as port:
        yield f"http://127.0.0.1:{port}"


def built() -> Path:
    """Return the program, which Go builds if it isn't there; raises CannotRun.

    It is named for what it is made from, and appears whole or not at all.
    """
    made_from = b"".join(file.read_bytes() for file in sorted(_SOURCE.iterdir()))
    program = _CACHE / hashlib.sha256(made_from).hexdigest()[:16]
    if not program.exists():
        go = shutil.which("go")
        if go is None:
            raise CannotRun(_NEEDS)
        _CACHE.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=_CACHE) as fresh:
            build = [go, "build", "-trimpath", "-buildvcs=false", "-o", f"{fresh}/registry", "."]
            done(build, _NEEDS, cwd=_SOURCE, env={**os.environ, "CGO_ENABLED": "0"})
            Path(fresh, "registry").replace(program)
    return program
