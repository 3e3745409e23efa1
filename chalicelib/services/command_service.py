"""The write side's front: commands by their names, one by one or many at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from chalicelib.kernel.errors import NotFound, Stopping
from chalicelib.services.command_handler import CommandResult
from chalicelib.services.side_by_side import IN_TURN, SideBySide

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from chalicelib.kernel.stream import StreamId
    from chalicelib.services.command_handler import CommandHandler, CommandRequest, Prepared

Outcome: TypeAlias = CommandResult | Exception
"""What became of a command: its result, or what handling it raised."""


class CommandService:
    """Finds the handler of a command by its name, as ``PlaceOrder``."""

    def __init__(
        self, handlers: Iterable[CommandHandler], side_by_side: SideBySide = IN_TURN
    ) -> None:
        self._handlers = {handler.kind.__name__: handler for handler in handlers}
        self._side_by_side = side_by_side
        self._stopping = False

    @property
    def commands(self) -> list[CommandHandler]:
        """All handlers, by name."""
        return [self._handlers[name] for name in sorted(self._handlers)]

    def handle(self, name: str, asked: CommandRequest) -> CommandResult:
        """Handle a command by its name; raises NotFound, Stopping, or what its handler does."""
        handler = self._handler(name)
        self._refuse_if_stopping()
        return handler.handle(asked)

    def stop(self) -> None:
        """Begin no command more, of batches under way neither: each raises Stopping from now."""
        self._stopping = True

    def handle_all(self, batch: Sequence[tuple[str, CommandRequest]]) -> list[Outcome]:
        """Handle commands, each by its name; return what became of each, in their order.

        The commands of one stream are handled in order and share one load; those of different
        streams side by side, where there are threads for it. Each is a commit of its own, and
        none's failure harms another.
        """
        outcomes: dict[int, Outcome] = {}
        streams: dict[StreamId, list[tuple[int, CommandHandler, Prepared]]] = {}
        for number, (name, asked) in enumerate(batch):
            try:
                handler = self._handler(name)
                prepared = handler.prepare(asked)
            except Exception as failure:  # noqa: BLE001 - whatever it is, it is this command's own
                outcomes[number] = failure
            else:
                streams.setdefault(prepared.stream, []).append((number, handler, prepared))
        for settled in self._side_by_side.each(self._in_order, streams.values()):
            outcomes |= settled
        return [outcomes[number] for number in range(len(batch))]

    def _in_order(
        self, commands: Sequence[tuple[int, CommandHandler, Prepared]]
    ) -> dict[int, Outcome]:
        """Carry out the commands of one stream, the one after the other."""
        outcomes: dict[int, Outcome] = {}
        for number, handler, prepared in commands:
            try:
                self._refuse_if_stopping()
                outcomes[number] = handler.run(prepared)
            except Exception as failure:  # noqa: BLE001 - as above
                outcomes[number] = failure
        return outcomes

    def _refuse_if_stopping(self) -> None:
        if self._stopping:
            message = "this process ends, and begins no command more"
            raise Stopping(message)

    def _handler(self, name: str) -> CommandHandler:
        handler = self._handlers.get(name)
        if handler is None:
            known = ", ".join(sorted(self._handlers))
            message = f"there is no command {name[:100]!r}; there are {known}"
            raise NotFound(message)
        return handler
