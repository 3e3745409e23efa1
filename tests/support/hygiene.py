"""The house's rules for source and documents; each yields a fault for what breaks it."""

from __future__ import annotations

import ast
import io
import re
import subprocess
import tokenize
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, TypeAlias

ROOT: Final = Path(__file__).parents[2]
LONGEST_FUNCTION: Final = 40
"""Lines of a function's body; its signature and its docstring don't count."""
LONGEST_FILE: Final = 250
"""Lines."""

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, order=True)
class Fault:
    """What breaks a rule: where (a name, or a line), and what."""

    file: str
    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.file}: {self.place}: {self.what}"


@dataclass(frozen=True)
class Source:
    """A file of Python; ``file`` is its path in the project."""

    file: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The whole, parsed."""
        return ast.parse(self.text)

    @cached_property
    def functions(self) -> list[tuple[str, ast.ClassDef | None, Function]]:
        """All functions: the name within the file, the class (None if it is in none), the code."""
        return list(_functions(self.tree, "", None))

    def fault(self, place: str | int, what: str) -> Fault:
        """Return a fault of this file."""
        return Fault(self.file, str(place), what)


Rule: TypeAlias = Callable[[Source], Iterator[Fault]]


def _functions(
    node: ast.AST, prefix: str, owner: ast.ClassDef | None
) -> Iterator[tuple[str, ast.ClassDef | None, Function]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{prefix}{child.name}.", child)
        elif isinstance(child, Function):
            yield f"{prefix}{child.name}", owner, child
            yield from _functions(child, f"{prefix}{child.name}.", None)
        else:
            yield from _functions(child, prefix, owner)


def finished(source: Source) -> Iterator[Fault]:
    """Nothing is left for later: no mark that says so, and no NotImplementedError."""
    for number, line in enumerate(source.text.splitlines(), start=1):
        if found := re.search(r"\b(TODO|FIXME|XXX)\b", line):
            yield source.fault(number, f"{found[1]}: do it, or plan it in docs/requirements.toml")
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Name) and node.id == "NotImplementedError":
            yield source.fault(node.lineno, "raises NotImplementedError: implement it")


def filled(source: Source) -> Iterator[Fault]:
    """Every function does something, but for those of protocols and abstract ones."""
    for name, owner, function in source.functions:
        if not (_body(function) or _is_declaration(owner, function)):
            yield source.fault(name, "does nothing")


def _body(function: Function) -> list[ast.stmt]:
    """Return the statements that do something."""
    return [each for each in function.body if not _is_nothing(each)]


def _is_nothing(statement: ast.stmt) -> bool:
    match statement:
        case ast.Pass() | ast.Expr(ast.Constant()):
            return True
        case ast.Return(value):
            return value is None or (isinstance(value, ast.Constant) and value.value is None)
    return False


def _is_declaration(owner: ast.ClassDef | None, function: Function) -> bool:
    bases = [ast.unparse(base).partition("[")[0] for base in owner.bases] if owner else []
    decorators = [ast.unparse(each) for each in function.decorator_list]
    return "Protocol" in bases or bool({"abstractmethod", "overload"} & set(decorators))


def silent(source: Source) -> Iterator[Fault]:
    """Nothing is printed: what there is to say is logged, answered, or written to a stream."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("print", "pprint"):
            yield source.fault(node.lineno, "prints: log it")


REASONED: Final = {
    "noqa": re.compile(r"# noqa: [A-Z]+[0-9]+(, ?[A-Z]+[0-9]+)* - \w"),
    "type: ignore": re.compile(r"# type: ignore\[[\w, -]+\]  ?# \w"),
}
"""What the comment of a suppression looks like, with its reason."""


def reasoned(source: Source) -> Iterator[Fault]:
    """Whoever silences a tool says which finding and why, on that line."""
    for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
        if token.type == tokenize.COMMENT:
            for kind, right in REASONED.items():
                if re.search(rf"#\s*{kind}", token.string) and not right.search(token.string):
                    yield source.fault(token.start[0], f"{kind} without code or reason")


def short(source: Source) -> Iterator[Fault]:
    """A function fits on a screen, and a file on a few."""
    for name, _, function in source.functions:
        code = function.body[1:] if ast.get_docstring(function) else function.body
        if code and (lines := (code[-1].end_lineno or 0) - code[0].lineno + 1) > LONGEST_FUNCTION:
            yield source.fault(name, f"has {lines} lines: at most {LONGEST_FUNCTION}")
    if (lines := len(source.text.splitlines())) > LONGEST_FILE:
        yield source.fault("all of it", f"has {lines} lines: at most {LONGEST_FILE}")


RULES: Final[tuple[Rule, ...]] = (finished, filled, silent, reasoned, short)

ADDRESSES: Final = {
    "the address of a package registry": re.compile(
        r"https?://[^\s/'\"]*"
        r"(pypi|pythonhosted|npmjs|yarnpkg|crates\.io|rubygems|maven|sonatype|artifactory|jfrog"
        r"|registry\.|goproxy|proxy\.golang)"
        r"|https?://\S+/simple\b"
        r"|--(extra-)?index-url[ =]|--find-links[ =]|--trusted-host[ =]",
        re.IGNORECASE,
    ),
    "the address of a private network": re.compile(
        r"https?://([^\s/'\":]*\.(internal|local|corp|lan)\b"
        r"|10\.\d|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)"
    ),
    "an absolute path of somebody's machine": re.compile(
        r"(?<![\w.~$})/-])/(root|home|Users|work|mnt|Volumes)/\w|\b[A-Za-z]:\\+Users\\"
    ),
}


def addresses(file: str, text: str) -> Iterator[Fault]:
    """Yield what ties a file to one network or machine."""
    for number, line in enumerate(text.splitlines(), start=1):
        for what, pattern in ADDRESSES.items():
            if pattern.search(line):
                yield Fault(file, str(number), what)


def links(root: Path, file: str) -> Iterator[Fault]:
    """Yield the links of a Markdown file that lead to no file, or to no heading of it."""
    text = re.sub(r"`[^`\n]+`(?!\])", "", _unfenced((root / file).read_text()))
    targets = re.findall(r"\]\(([^)\s]+)\)|^\[[^\]]+\]:\s+(\S+)", text, re.MULTILINE)
    for target in (inline or reference for inline, reference in targets):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        linked = (root / file).parent / path if path else root / file
        if not linked.exists():
            yield Fault(file, target, "leads nowhere")
        elif anchor and anchor not in _anchors(linked):
            yield Fault(file, target, "there is no such heading")


def _unfenced(text: str) -> str:
    """Return a Markdown text without its blocks of code, in which brackets are no links."""
    return re.sub(r"^ *```.*?^ *```", "", text, flags=re.MULTILINE | re.DOTALL)


def _anchors(path: Path) -> set[str]:
    headings = re.findall(r"^#+ +(.+?) *$", _unfenced(path.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def project_files(*patterns: str) -> list[Path]:
    """Return the files that are, or could be, committed, by git; links are left out."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    names = sorted(filter(None, listed.stdout.split("\0")))
    return [Path(name) for name in names if is_plain(ROOT / name)]


def is_plain(path: Path) -> bool:
    """Tell whether there is a file, and not a link to one."""
    return path.is_file() and not path.is_symlink()
