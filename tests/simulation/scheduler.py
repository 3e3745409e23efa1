"""A deterministic scheduler: of all actors one runs, until its next request; chance picks the next.

Services are synchronous, so each actor is a thread, and a baton is handed from one to the other:
two never run at a time. Time is virtual: it passes with each step, and sleeping costs nothing.
"""

from __future__ import annotations

import random
import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_STEPS: Final = 40_000
"""A run that takes more does not come to rest; the usual takes some hundreds."""
LONGEST_STEP: Final = 0.02
"""Seconds of virtual time."""
PACES: Final = (0.1, 1, 1, 1, 4)
"""How likely an actor is chosen, against the others: a slow one is overtaken in the midst of it."""
_IDLE_STEP: Final = 0.1
_MOST_IDLE_STEPS: Final = 5_000


class Violation(BaseException):
    """An invariant does not hold. No Exception, so no service takes it for a failure to handle."""


class Crash(BaseException):
    """The process has gone: nothing in it runs on, as after SIGKILL."""


class Stopped(BaseException):
    """The run is over: the actor leaves."""


def _at_once() -> bool:
    return True


class Actor:
    """One thread of the run; it goes on when it is ``ready`` and chosen."""

    def __init__(self, name: str, body: Callable[[], None], pace: float) -> None:
        self.name = name
        self.body = body
        self.pace = pace
        self.baton = threading.Lock()
        self.baton.acquire()
        self.ready: Callable[[], bool] = _at_once


class Scheduler:
    """Runs actors by a seed; ``step`` and ``now`` (seconds) tell how far the run has come."""

    def __init__(self, seed: object) -> None:
        self.step = 0
        self.now = 0.0
        self._chance = random.Random(f"{seed}/schedule")
        self._alive: list[Actor] = []
        self._current: Actor | None = None
        self._over = threading.Lock()
        self._failure: BaseException | None = None

    @property
    def who(self) -> str:
        """The name of the actor that runs."""
        return self._current.name if self._current else "-"

    def add(self, name: str, body: Callable[[], None]) -> None:
        """Let an actor take part in the next run."""
        self._alive.append(Actor(name, body, self._chance.choice(PACES)))

    def run(self) -> None:
        """Run all actors to their end; raises what ended one of them untimely."""
        self._over.acquire()
        threads = [
            threading.Thread(target=self._live, args=(actor,), daemon=True) for actor in self._alive
        ]
        for thread in threads:
            thread.start()
        self._leave()
        self._over.acquire()
        for thread in threads:
            thread.join()
        self._over.release()
        if self._failure is not None:
            raise self._failure

    def pause(self, ready: Callable[[], bool] = _at_once) -> None:
        """Let others run until chance comes back to this actor, and it is ready."""
        me = self._current
        if me is None:
            return
        if self._failure is None:
            me.ready = ready
            following = self._choose()
            if following is not me:
                following.baton.release()
                me.baton.acquire()
        if self._failure is not None:
            raise Stopped

    def sleep(self, seconds: float) -> None:
        """Pause for so many virtual seconds."""
        until = self.now + seconds
        self.pause(lambda: self.now >= until)

    def _live(self, actor: Actor) -> None:
        actor.baton.acquire()
        try:
            if self._failure is None:
                actor.body()
        except Stopped:
            pass
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is what the run ends with
            self._failure = self._failure or error
        self._alive.remove(actor)
        self._leave()

    def _leave(self) -> None:
        """Hand the baton to somebody else, for good."""
        if not self._alive:
            self._current = None
            self._over.release()
            return
        try:
            following = self._choose() if self._failure is None else self._alive[0]
        except Violation as error:
            self._failure = error
            following = self._alive[0]
        self._current = following
        following.baton.release()

    def _choose(self) -> Actor:
        self.step += 1
        self.now += self._chance.uniform(0.001, LONGEST_STEP)
        if self.step > MOST_STEPS:
            raise Violation(f"the run does not come to rest in {MOST_STEPS} steps")
        for _ in range(_MOST_IDLE_STEPS):
            ready = [actor for actor in self._alive if actor.ready()]
            if ready:
                paces = [actor.pace for actor in ready]
                (self._current,) = self._chance.choices(ready, paces)
                return self._current
            self.now += _IDLE_STEP
        waiting = ", ".join(actor.name for actor in self._alive)
        raise Violation(f"nobody can go on: {waiting}")
