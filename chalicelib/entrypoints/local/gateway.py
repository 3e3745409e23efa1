"""What API Gateway is on AWS: it finds the route of a request and hands the app an event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from chalice.local import LambdaEventConverter, LocalGateway, RouteMatcher

if TYPE_CHECKING:
    from email.message import Message

    from chalice.app import Chalice
    from chalice.config import Config

NO_ROUTE: Final = "/{proxy+}"
"""The greedy resource that API Gateway gives whatever no other resource takes."""


class Gateway(LocalGateway):
    """Chalice's, without answers of its own: unknown routes and methods are the app's matter."""

    def __init__(self, app: Chalice, config: Config) -> None:
        super().__init__(app, config)
        self.event_converter = LambdaEventConverter(RouteMatcher([*app.routes, NO_ROUTE]))

    def respond(self, method: str, target: str, headers: Message, body: bytes) -> dict[str, Any]:
        """Return the app's answer, in the form of a Lambda's."""
        path, mark, query = target.partition("?")
        # Chalice would cut ";" and what follows off the path.
        target = path.replace(";", "%3B") + mark + query
        single = dict(headers)
        try:
            event = self._generate_lambda_event(method, target, single, body)
        except ValueError:
            event = self._generate_lambda_event(method, NO_ROUTE, single, body)
        event["multiValueHeaders"] = {name: headers.get_all(name) for name in single}
        answer: dict[str, Any] = self._app_object(event, self._generate_lambda_context())
        return answer
