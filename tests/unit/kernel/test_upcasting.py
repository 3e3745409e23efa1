import pytest

from chalicelib.kernel.errors import Misconfigured, SchemaViolation
from chalicelib.kernel.upcasting import EventUpcaster, UpcasterChain


class SplitsName(EventUpcaster):
    event_type = "people.Joined"
    from_version = 1

    def upcast(self, data):
        first, last = data["name"].split(" ")
        return {"first": first, "last": last}


class AddsCountry(EventUpcaster):
    event_type = "people.Joined"
    from_version = 2

    def upcast(self, data):
        return {**data, "country": "?"}


@pytest.mark.requirement("T13")
class TestUpcasterChain:
    def test_takes_old_data_through_every_version(self):
        """
        Data of version 1 passes each step up to the version of today.
        """
        chain = UpcasterChain([AddsCountry(), SplitsName()])

        today = chain.upcast("people.Joined", 1, 3, {"name": "Ada Lovelace"})

        assert {"first": "Ada", "last": "Lovelace", "country": "?"} == today

    def test_leaves_data_of_today_alone(self):
        """
        Nothing is done to data of the newest version.
        """
        assert {"a": 1} == UpcasterChain().upcast("people.Joined", 3, 3, {"a": 1})

    def test_a_gap_is_named(self):
        """
        A missing step is told when looked for, and refused when needed.
        """
        chain = UpcasterChain([AddsCountry()])

        assert [1] == chain.gaps("people.Joined", 3)
        with pytest.raises(SchemaViolation, match=r"people\.Joined from version 1 to 2"):
            chain.upcast("people.Joined", 1, 3, {"name": "Ada Lovelace"})

    def test_what_does_not_add_up_is_listed(self):
        """
        Every version without a step to the next, and every step to a version that is not there.
        """
        chain = UpcasterChain([AddsCountry()])

        assert [] == UpcasterChain([SplitsName(), AddsCountry()]).faults({"people.Joined": 3})
        assert [
            ("people.Joined", "no upcaster takes version 1 to 2"),
            ("people.Joined", "no upcaster takes version 3 to 4"),
            ("people.Left", "no upcaster takes version 1 to 2"),
        ] == chain.faults({"people.Left": 2, "people.Joined": 4})
        assert [
            ("people.Joined", "no upcaster takes version 1 to 2"),
            ("people.Joined", "AddsCountry leads to version 3: there is none"),
        ] == chain.faults({"people.Joined": 2})
        assert [("people.Joined", "AddsCountry leads to version 3: there is none")] == chain.faults(
            {}
        )

    def test_two_for_one_step_are_refused(self):
        """
        There is one way from a version to the next.
        """
        with pytest.raises(Misconfigured, match=r"two upcasters for people\.Joined version 2"):
            UpcasterChain([AddsCountry(), AddsCountry()])
