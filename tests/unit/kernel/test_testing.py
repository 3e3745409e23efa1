from dataclasses import dataclass

import pytest

from chalicelib.kernel.decider import Decider
from chalicelib.kernel.errors import NotFound, Rejected
from chalicelib.kernel.messages import Command, Event
from chalicelib.kernel.testing import Specification


@dataclass(frozen=True)
class Lit(Event):
    pass


@dataclass(frozen=True)
class Burnt(Event):
    hours: int


@dataclass(frozen=True)
class Light(Command):
    pass


def decide(command, lit):
    if lit:
        raise Rejected("is-lit", "the candle burns already")
    return [Lit(), Burnt(1)]


candle = Specification(
    Decider(initial=False, evolve=lambda lit, event: isinstance(event, Lit) or lit, decide=decide)
)


class TestSpecification:
    def test_then_compares_all_events_in_order(self):
        """
        The expected events pass; fewer, more or others fail and show both sides.
        """
        candle.when(Light()).then(Lit(), Burnt(1))

        with pytest.raises(AssertionError, match=r"Burnt\(hours=2\)(.|\n)*Burnt\(hours=1\)"):
            candle.when(Light()).then(Lit(), Burnt(2))
        with pytest.raises(AssertionError):
            candle.when(Light()).then(Burnt(1), Lit())
        with pytest.raises(AssertionError, match="expected nothing"):
            candle.when(Light()).then_nothing()

    def test_then_rejected_wants_the_very_reason(self):
        """
        A rejection for another reason, or none, fails.
        """
        candle.given(Lit()).when(Light()).then_rejected("is-lit")

        with pytest.raises(AssertionError, match="because of wet, but it was is-lit"):
            candle.given(Lit()).when(Light()).then_rejected("wet")
        with pytest.raises(AssertionError, match="expected Rejected, but got"):
            candle.when(Light()).then_rejected("is-lit")

    def test_another_refusal_is_not_swallowed(self):
        """
        An error of another kind than expected surfaces as itself.
        """
        with pytest.raises(Rejected):
            candle.given(Lit()).when(Light()).then_refused(NotFound)
