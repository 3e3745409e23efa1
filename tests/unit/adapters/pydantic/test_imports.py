import subprocess
import sys

import pytest

LOADED = """
import sys
import chalicelib.adapters.avro.commit_codec
import chalicelib.adapters.avro.event_codec
import chalicelib.adapters.avro.registry
import chalicelib.adapters.pydantic.json
import chalicelib.adapters.pydantic.shapes
print(*(name for name in ("pydantic", "jsonschema", "hypothesis") if name in sys.modules))
"""


@pytest.mark.requirement("T18")
def test_what_every_command_needs_loads_no_more_than_it_uses():
    """
    All of pydantic takes three times as long to load as its core, jsonschema as long again.
    """
    done = subprocess.run(
        [sys.executable, "-c", LOADED], capture_output=True, text=True, check=True
    )

    assert "" == done.stdout.strip()
