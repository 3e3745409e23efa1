"""What Nexus says of itself is so: docs/requirements.md, its source and the tests' marks."""

import shlex

import pytest

from chalicelib.entrypoints.http import create_app
from tests.support import requirements
from tests.support.marks import FoundTest, find_tests
from tests.support.requirements import IDS, PAGE, ROOT, SOURCE, Entry, Item, faults, read, render

pytestmark = pytest.mark.requirement("T17")

MARKED = """
import pytest

pytestmark = pytest.mark.requirement("T1")


@pytest.mark.requirement("R1")
class TestThing:
    @pytest.mark.requirement("R2")
    def test_one(self): ...

    def helper(self): ...


def test_two(): ...
"""
SUITE = """
import pytest


@pytest.mark.requirement("R3")
class ThingContract:
    def test_three(self): ...


class NobodysContract:
    def test_four(self): ...
"""
BOUND = """
from tests.contract.thing import ThingContract


class TestOneThing(ThingContract): ...


class TestOtherThing(ThingContract): ...
"""
DONE = Item("T1.1", "It works.", "done", ("thing.py",), ("tests/test_thing.py",), ("make thing",))


@pytest.fixture(name="entries", scope="module")
def _entries():
    return read((ROOT / SOURCE).read_text())


@pytest.fixture(name="tests", scope="module")
def _tests():
    return find_tests(ROOT)


@pytest.fixture(name="project")
def _project(tmp_path):
    """A project of few files."""
    (tmp_path / "tests/contract").mkdir(parents=True)
    (tmp_path / "tests/test_thing.py").write_text(MARKED)
    (tmp_path / "tests/contract/thing.py").write_text(SUITE)
    (tmp_path / "tests/contract/test_things.py").write_text(BOUND)
    (tmp_path / "thing.py").touch()
    (tmp_path / "Makefile").write_text("\nthing:\n")
    return tmp_path


def entries_with(*items):
    """All entries, the first with those parts."""
    return [Entry(name, name, "", (), items if name == IDS[0] else ()) for name in IDS]


class TestPage:
    def test_source_and_marks_are_right(self, entries, tests):
        """
        Ids are known, paths and tests exist, what is done has code and a marked test.
        """
        found = faults(entries, tests, ROOT)

        assert [] == found, "\n".join(found)

    def test_is_what_source_and_marks_make(self, entries, tests):
        """
        The page wasn't edited by hand and isn't of yesterday; if it is: make docs.
        """
        assert render(entries, tests) == (ROOT / PAGE).read_text()

    def test_every_mark_appears(self, tests):
        """
        Each file with a mark is linked, under the requirement that it shows.
        """
        _, *sections = (ROOT / PAGE).read_text().split("\n## ")
        text = {section.split()[0]: section for section in sections}

        assert IDS == list(text)
        for test in tests:
            for mark in test.marks:
                assert f"(../{test.file})" in text[mark].partition(f"Tests marked {mark}:")[2]

    def test_every_entry_has_parts_to_check(self, entries):
        """
        Three to eight of each.
        """
        assert [] == [entry.id for entry in entries if not 3 <= len(entry.items) <= 8]

    def test_every_curl_line_asks_for_a_route(self, entries):
        """
        Of the app that answers it.
        """
        routes = [route.split("/") for route in create_app().routes]
        for entry in entries:
            for item in entry.items:
                for command in item.commands:
                    for word in shlex.split(command):
                        if word.startswith("http://127.0.0.1:8000/"):
                            path = word.partition(":8000")[2].partition("?")[0].split("/")
                            assert any(leads(route, path) for route in routes), command

    def test_writes_nothing_that_is_wrong(self, monkeypatch, tmp_path, capsys):
        """
        The command names what is wrong, fails, and leaves the page as it was.
        """
        (tmp_path / "docs").mkdir()
        (tmp_path / SOURCE).write_text('[[entry]]\nid = "T99"\ntitle = ""\ntext = ""\nitem = []')
        monkeypatch.setattr(requirements, "ROOT", tmp_path)

        assert 1 == requirements.main()
        assert "entries have to be" in capsys.readouterr().err
        assert not (tmp_path / PAGE).exists()

    def test_is_written_by_command(self, monkeypatch, project):
        """
        From the source and the marks of the tests, with a line that runs them as they are bound.
        """
        suite = "tests/contract/thing.py::ThingContract::test_three"
        others = (f'[[entry]]\nid = "{name}"\ntitle = "?"\ntext = ""\nitem = []' for name in IDS)
        source = "\n".join(others).replace(
            "item = []",
            f'item = [{{text = "It.", state = "done", code = ["thing.py"], tests = ["{suite}"]}}]\n'
            'with = ["R3"]',
            1,
        )
        (project / "docs").mkdir()
        (project / SOURCE).write_text(source)
        monkeypatch.setattr(requirements, "ROOT", project)

        assert 0 == requirements.main()
        page = (project / PAGE).read_text()
        assert "- T1.1 **done**: It." in page
        assert (
            '`make test ARGS="tests/contract/test_things.py::TestOneThing::test_three '
            'tests/contract/test_things.py::TestOtherThing::test_three"`'
        ) in page
        assert f"[`{suite}`](../tests/contract/thing.py)" in page


def leads(route, path):
    return len(route) == len(path) and all(
        name.startswith("{") or name == part for name, part in zip(route, path, strict=True)
    )


class TestFaults:
    def test_a_part_that_is_right_has_none(self, project):
        """
        It has code, a marked test and a command that exist.
        """
        assert [] == faults(entries_with(DONE), find_tests(project), project)

    @pytest.mark.parametrize(
        ("part", "expected"),
        [
            pytest.param({"state": "nearly"}, "none of done, planned", id="state"),
            pytest.param({"code": ()}, "without code", id="no code"),
            pytest.param({"tests": ()}, "without code and a test", id="no test"),
            pytest.param({"state": "planned"}, "planned, so", id="planned with code"),
            pytest.param({"code": ("gone.py",)}, "there is no gone.py", id="path"),
            pytest.param({"tests": ("tests/gone.py",)}, "no test tests/gone.py", id="test"),
            pytest.param(
                {"tests": ("tests/contract/thing.py::ThingContract",)},
                "none of the marks T1",
                id="mark",
            ),
            pytest.param(
                {"tests": ("tests/contract/thing.py::NobodysContract",)},
                "there is no test",
                id="a suite that nobody binds",
            ),
            pytest.param({"commands": ("make gone",)}, "there is no make gone", id="target"),
            pytest.param({"commands": ("rm thing.py",)}, "neither make nor curl", id="command"),
        ],
    )
    def test_a_part_that_is_wrong_is_named(self, project, part, expected):
        """
        By its number, with what is wrong.
        """
        item = Item(**{**vars(DONE), **part})

        found = faults(entries_with(item), find_tests(project), project)

        assert any(fault.startswith("T1.1: ") and expected in fault for fault in found)

    def test_an_entry_that_is_missing_or_unknown_is_told(self, project):
        """
        There are eighteen tasks and twelve requirements, in their order.
        """
        (found,) = faults(entries_with()[1:], find_tests(project), project)
        assert found.startswith("entries have to be")

        strange = [Entry("T1", "", "", ("T99",), ()), *entries_with()[1:]]
        assert ["T1: no such entry: T99"] == faults(strange, find_tests(project), project)

    def test_an_unknown_mark_is_named_with_its_test(self, project):
        """
        It would count for nothing.
        """
        tests = [FoundTest("tests/test_thing.py::test_x", (), frozenset({"R99", "R1"}))]

        assert ["tests/test_thing.py::test_x: no such requirement: R99"] == faults(
            entries_with(), tests, project
        )


class TestMarks:
    def test_are_those_of_function_class_and_module(self, project):
        """
        As pytest adds them up.
        """
        found = {test.id: test.marks for test in find_tests(project)}

        assert {"T1", "R1", "R2"} == found["tests/test_thing.py::TestThing::test_one"]
        assert {"T1"} == found["tests/test_thing.py::test_two"]

    def test_of_a_suite_are_those_of_whoever_binds_it(self, project):
        """
        It is named where it stands, and runs as it is bound; unbound, it is no test.
        """
        (suite,) = [test for test in find_tests(project) if test.file == "tests/contract/thing.py"]

        assert "tests/contract/thing.py::ThingContract::test_three" == suite.id
        assert {"R3"} == suite.marks
        assert (
            "tests/contract/test_things.py::TestOneThing::test_three",
            "tests/contract/test_things.py::TestOtherThing::test_three",
        ) == suite.runs
        assert {"tests/contract/test_things.py"} == suite.commands("tests/contract/thing.py")

    def test_agree_with_pytest(self, request, tests):
        """
        Every test that was collected for this run was found in its source, with the same marks.
        """
        found = {run: test.marks for test in tests for run in test.runs}
        for item in (item for item in request.session.items if item.path.suffix == ".py"):
            marks = {name for mark in item.iter_markers("requirement") for name in mark.args}
            assert marks == found[item.nodeid.partition("[")[0]]
