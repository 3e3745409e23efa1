"""moto as a server on a free port of this machine: run by an environment of its own.

It prints the port, and ends with its standard input. Its Glue can't list schemas, so that is here.
"""

from __future__ import annotations

import os
import sys
from threading import Thread
from typing import Any

from moto.core.responses import ActionResult
from moto.glue.responses import GlueResponse
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

PAGE = 2
"""Schemas in an answer: few, so that there are several."""


def _list_schemas(self: Any) -> Any:
    wanted = self._get_param("RegistryId")
    name = self.glue_backend.get_registry(wanted)["RegistryName"]
    schemas = [each.as_dict() for each in self.glue_backend.registries[name].schemas.values()]
    start = int(self._get_param("NextToken") or 0)
    answer: dict[str, Any] = {"Schemas": schemas[start : start + PAGE]}
    if start + PAGE < len(schemas):
        answer["NextToken"] = str(start + PAGE)
    return ActionResult(answer)


def _end_with_input() -> None:
    sys.stdin.read()
    os._exit(0)


def main() -> None:
    """Serve until the standard input ends."""
    GlueResponse.list_schemas = _list_schemas
    server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), True)
    Thread(target=_end_with_input, daemon=True).start()
    sys.stdout.write(f"{server.port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
