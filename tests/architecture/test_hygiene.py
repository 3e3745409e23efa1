"""The code is finished, quiet, short and nobody's in particular; and each rule can fail."""

import re

import pytest

from tests.support.hygiene import (
    LONGEST_FILE,
    LONGEST_FUNCTION,
    ROOT,
    RULES,
    Source,
    addresses,
    filled,
    finished,
    links,
    project_files,
    reasoned,
    short,
    silent,
)

pytestmark = pytest.mark.requirement("T1")

ALLOWED = {
    ("chalicelib/adapters/embedded/feeds.py", "ChangeFeed.trim"): "the event store forgets nothing",
    ("chalicelib/adapters/embedded/indexes.py", "SqliteIndexes.settle"): "a put is visible at once",
    ("chalicelib/adapters/embedded/feeds.py", "ReplayFeed.trim"): "the same store, the same",
    ("chalicelib/services/projections.py", "ProjectionHandler.written"): "a hook for subclasses",
}
"""What may break a rule, and why: (file, name). The only such list."""

SOURCES = [
    Source(str(path), (ROOT / path).read_text())
    for path in project_files("chalicelib/*.py", "app/*.py")
]
LONG = "\n    go()"

PLANTED = {
    "unfinished": (finished, "go()  # TO" + "DO: the rest", "1"),
    "broken": (finished, "# FIX" + "ME", "1"),
    "strange": (finished, "# XX" + "X why?", "1"),
    "not implemented": (finished, "def go():\n    raise NotImplementedError", "2"),
    "not implemented, called": (finished, "raise NotImplementedError('later')", "1"),
    "pass": (filled, "def go():\n    pass", "go"),
    "dots": (filled, "def go(): ...", "go"),
    "a docstring only": (filled, "class C:\n  def go(self):\n    'Go.'", "C.go"),
    "return None": (filled, "def go():\n    'Go.'\n    return None", "go"),
    "an inner function": (filled, "def go():\n  def on():\n    pass\n  return on", "go.on"),
    "asynchronous": (filled, "async def go():\n    pass", "go"),
    "within an if": (filled, "if True:\n  def go():\n    pass", "go"),
    "print": (silent, "x = 1\nprint(x)", "2"),
    "noqa without code": (reasoned, "go()  # no" + "qa", "1"),
    "noqa without reason": (reasoned, "go()  # no" + "qa: S311", "1"),
    "noqa with an empty reason": (reasoned, "go()  # no" + "qa: S311 - ", "1"),
    "type without code": (reasoned, "go()  # type: ig" + "nore # it is one", "1"),
    "type without reason": (reasoned, "go()  # type: ig" + "nore[arg-type]", "1"),
    "a long function": (short, f"def go():{LONG * (LONGEST_FUNCTION + 1)}", "go"),
    "a long file": (short, "x = 1\n" * (LONGEST_FILE + 1), "all of it"),
}
HARMLESS = {
    "a protocol": (
        filled,
        "class P(Protocol[T]):\n  def go(self):\n    'Go.'\n  def on(self): ...",
    ),
    "abstract": (filled, "class P(ABC):\n  @abstractmethod\n  def go(self):\n    'Go.'"),
    "an overload": (filled, "@overload\ndef go(x: int): ..."),
    "an error's class": (filled, "class Gone(Exception):\n    'It has gone.'"),
    "a constant": (filled, "def go():\n    return False"),
    "a method of that name": (silent, "paper.print(x)"),
    "noqa with reason": (reasoned, "go()  # no" + "qa: S311, S101 - no secret"),
    "type with reason": (reasoned, "go()  # type: ig" + "nore[arg-type]  # mypy errs"),
    "in a text": (reasoned, "say('# no" + "qa')"),
    "a function at the limit": (
        short,
        f"def go(\n    x,\n):\n    '''Go.\n\n    On.\n    '''{LONG * LONGEST_FUNCTION}",
    ),
}


class TestCode:
    def test_is_found(self):
        """
        The rules look at all there is.
        """
        files = {source.file for source in SOURCES}

        assert {"app/app.py", "chalicelib/kernel/commit.py"} <= files
        assert set(map(str, (ROOT / "chalicelib").rglob("*.py"))) == {
            str(ROOT / file) for file in files if file.startswith("chalicelib/")
        }

    @pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
    def test_keeps_the_rules(self, rule):
        """
        In every file; what may break one stands, with its reason, in one list.
        """
        found = [
            str(fault)
            for source in SOURCES
            for fault in rule(source)
            if (fault.file, fault.place) not in ALLOWED
        ]

        assert [] == found, "\n".join(found)

    def test_needs_every_exception(self):
        """
        What no longer breaks a rule leaves the list.
        """
        found = [fault for source in SOURCES for rule in RULES for fault in rule(source)]

        assert set(ALLOWED) == set(ALLOWED) & {(fault.file, fault.place) for fault in found}
        assert all(reason.strip() for reason in ALLOWED.values())

    @pytest.mark.parametrize("flaw", PLANTED)
    def test_that_breaks_a_rule_is_found(self, flaw):
        """
        With the place where it is.
        """
        rule, text, place = PLANTED[flaw]

        assert [("planted.py", place)] == [
            (fault.file, fault.place) for fault in rule(Source("planted.py", text))
        ]

    @pytest.mark.parametrize("case", HARMLESS)
    def test_that_only_looks_like_it_is_left_alone(self, case):
        """
        A rule that cries wolf is switched off one day.
        """
        rule, text = HARMLESS[case]

        assert [] == list(rule(Source("planted.py", text)))


class TestAddresses:
    def test_no_file_is_bound_to_a_network_or_a_machine(self):
        """
        A clone works wherever it is, with whatever package index its user has.
        """
        found = []
        for path in project_files():
            text = (ROOT / path).read_bytes().decode(errors="replace")
            found += [str(fault) for fault in addresses(str(path), text)]

        assert [] == found, "\n".join(found)

    @pytest.mark.parametrize(
        "line",
        [
            "see https://py" + "pi.org/project/thing",
            '"resolved": "https://regi' + "stry.npm" + 'js.org/thing.tgz"',
            "index http://10" + ".0.0.7:8081/thing",
            "http://packages.example.com/repo/sim" + "ple/",
            "--index-" + "url thing",
            "--extra-index-" + "url=thing",
            "http://build" + ".cor" + "p/x",
            "cd /ro" + "ot/thing",
            'open("/ho' + 'me/me/thing")',
            "/Us" + "ers/me/thing",
            "C:\\Us" + "ers\\me",
        ],
    )
    def test_an_address_is_found(self, line):
        """
        Of a package registry, a private network, or somebody's machine.
        """
        assert 1 == len(list(addresses("planted", f"a\n{line}\nb")))

    @pytest.mark.parametrize(
        "line",
        [
            "http://127.0.0.1:8000/api/orders",
            "https://json-schema.org/draft/2020-12/schema",
            "uv pip compile --no-emit-index-" + "url",
            "#!/usr/bin/env bash",
            "GET /api/home/me",
            "tests/work/thing",
        ],
    )
    def test_what_everyone_has_is_none(self, line):
        """
        This host, public documents, paths of the project.
        """
        assert [] == list(addresses("planted", line))


@pytest.mark.requirement("T17")
class TestLinks:
    def test_every_link_leads_somewhere(self):
        """
        To a file of the project, and to a heading in it if one is named.
        """
        documents = project_files("*.md")

        assert "README.md" in map(str, documents)
        found = [str(fault) for path in documents for fault in links(ROOT, str(path))]
        assert [] == found, "\n".join(found)

    @pytest.mark.parametrize(
        "text",
        [
            "[gone](gone.md)",
            "![gone](gone.png)",
            "[gone][1]\n\n[1]: gone.md",
            "[gone](#gone)",
            "[`code`](other.md#gone)",
        ],
    )
    def test_a_link_that_leads_nowhere_is_found(self, tmp_path, text):
        """
        In whatever form it is written.
        """
        (tmp_path / "other.md").write_text("# Other")
        (tmp_path / "page.md").write_text(f"# Page\n\n{text}\n")

        assert ["page.md"] == [fault.file for fault in links(tmp_path, "page.md")]

    def test_what_is_no_link_of_ours_is_left_alone(self, tmp_path):
        """
        Other sites, code, and what is there.
        """
        (tmp_path / "other.md").write_text("# An `other` page, *here*")
        (tmp_path / "page.md").write_text(
            "# Page\n[site](https://example.com) [top](#page) [it](other.md#an-other-page-here)\n"
            "`[code](gone.md)`\n\n```markdown\n[code](gone.md)\n```\n"
        )

        assert [] == list(links(tmp_path, "page.md"))


def test_hooks_before_a_commit_download_nothing():
    """
    They are local ones, run from the project's own environment.
    """
    text = (ROOT / ".pre-commit-config.yaml").read_text()
    entries = re.findall(r"entry: (.+)", text)

    assert ["local"] == re.findall(r"repo: (\S+)", text)
    assert {"system"} == set(re.findall(r"language: (\S+)", text))
    assert entries
    assert [] == [entry for entry in entries if not entry.startswith(".venv/bin/python -m ")]
