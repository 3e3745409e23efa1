"""Foreign readers of frames: each is a process with other people's code only."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.support.fetching import ROOT, java, java_libraries, python
from tests.support.wire import FOLDER, crc_64

if TYPE_CHECKING:
    from collections.abc import Sequence

_PACKAGES: Final = ("confluent-kafka[avro]==2.16.0", "avro==1.12.2")
_SERDE: Final = ROOT / "tests" / "support" / "glue-serde"
_QUICK: Final = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx256m")


def aws(endpoint: str) -> list[str]:
    """Return the command of AWS's serde for Glue; raises CannotRun."""
    return [*_java(), "glue", endpoint]


def apache_java() -> list[str]:
    """Return the command of Apache's reader of single objects, in Java; raises CannotRun."""
    return [*_java(), "single-object", *_files()]


def apache_python() -> list[str]:
    """Return the command of Apache's Avro library for Python; raises CannotRun."""
    marks = [f"{crc_64(json.loads(Path(file).read_text())).hex()}={file}" for file in _files()]
    return [*_python("apache_reader"), *marks]


def confluent(endpoint: str) -> list[str]:
    """Return the command of Confluent's deserializer; raises CannotRun."""
    return [*_python("confluent_reader"), endpoint]


def read(command: Sequence[str], frames: Sequence[bytes]) -> list[Any]:
    """Return what the frames say to a foreign reader, in the terms of its answers."""
    lines = "".join(f"{frame.hex()}\n" for frame in frames)
    done = subprocess.run(
        command, cwd=ROOT, input=lines, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def _java() -> list[str]:
    libraries = java_libraries("glue-serde", _SERDE / "pom.xml")
    return [
        java("glue-serde"),
        *_QUICK,
        "-classpath",
        f"{libraries}/*",
        str(_SERDE / "Reader.java"),
    ]


def _python(module: str) -> list[str]:
    return [python("readers", _PACKAGES), "-m", f"tests.support.foreign.{module}"]


def _files() -> list[str]:
    return [str(file) for file in sorted(FOLDER.glob("*/*/*.avsc"))]
