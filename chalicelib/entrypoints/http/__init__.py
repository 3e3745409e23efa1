"""The HTTP edge: thin Chalice blueprints over the services."""

from __future__ import annotations

from chalice.app import Chalice

from chalicelib.entrypoints.http import (
    batches,
    commands,
    documentation,
    health,
    operations,
    streams,
    views,
)
from chalicelib.entrypoints.http.middleware import boundary
from chalicelib.wiring.contexts import CONTEXTS


def create_app() -> Chalice:
    """Return the Chalice app with all routes; the system behind them is built when first asked."""
    # Without an env of its own, Chalice has AWS_EXECUTION_ENV say that this is a Lambda.
    app = Chalice("nexus", configure_logs=False, env={})
    for blueprint in (
        commands.blueprint(),
        batches.blueprint(),
        views.blueprint(CONTEXTS),
        streams.blueprint(),
        health.blueprint(),
        operations.blueprint(),
        documentation.blueprint(CONTEXTS),
    ):
        app.register_blueprint(blueprint)
    app.register_middleware(boundary(app.routes), "http")
    return app
