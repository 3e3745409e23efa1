"""SqliteReadModels: what holds beyond the contract. The borders of SQLite's values."""

from __future__ import annotations

from contextlib import closing

import pytest

from chalicelib.adapters.embedded.database import Database
from chalicelib.adapters.embedded.read_models import SCHEMA, SqliteReadModels
from chalicelib.kernel.errors import Unavailable
from chalicelib.services.read_models import Document, Filter, Group, Grouping, Query, Sort

GREATEST = 2**63 - 1
LEAST = -(2**63)


@pytest.fixture(name="read_models")
def _read_models(tmp_path):
    with closing(Database(tmp_path / "read-models.db", SCHEMA)) as database:
        yield SqliteReadModels(database)


def put(read_models, **fields):
    documents = [
        Document("t", name, 1, b"", {} if value is ... else {"x": value})
        for name, value in fields.items()
    ]
    read_models.put("i", documents)


def find(read_models, *filters, sort="x", after=None, limit=100, descending=False):
    query = Query("t", filters, Sort(sort, descending), limit, after)
    return [document.id for document in read_models.find("i", query)]


def total(read_models):
    return read_models.group("i", Grouping("t", (), (), ("x",)))


@pytest.mark.parametrize(
    "values",
    [
        [GREATEST, GREATEST, GREATEST],
        [LEAST, LEAST, -1],
        [GREATEST, LEAST, LEAST],
        [2**32, -(2**32), 2**32 - 1, -1, 0],
    ],
    ids=["above", "below", "both", "halves"],
)
def test_a_sum_may_be_above_64_bits(read_models, values):
    """It is exact all the same, where SQLite's own would overflow."""
    put(read_models, **{f"d{number}": value for number, value in enumerate(values)})

    assert [Group((), len(values), (sum(values),))] == total(read_models)


@pytest.mark.parametrize("value", [GREATEST + 1, LEAST - 1, 10**400])
def test_an_integer_above_64_bits_is_refused(read_models, value):
    """Rather than rounded; nothing of its batch is stored."""
    with pytest.raises(Unavailable, match=f"can't hold x: {value} takes more than 64 bits"):
        put(read_models, a=1, b=value)

    assert [] == find(read_models)


@pytest.mark.parametrize("value", [GREATEST + 1, 10**400])
def test_a_question_may_name_any_integer(read_models, value):
    """Every stored one is below the one and above the other."""
    put(read_models, a=LEAST, b=0, c=GREATEST)

    assert ["a", "b", "c"] == find(read_models, Filter("x", "lt", value))
    assert ["a", "b", "c"] == find(read_models, Filter("x", "gt", -value - 1))
    assert [] == find(read_models, Filter("x", "gte", value))
    assert [] == find(read_models, Filter("x", "eq", value))
    assert [] == find(read_models, after=(value, "a"))
    assert ["a", "b", "c"] == find(read_models, after=(-value - 1, "a"))


def test_a_filter_finds_only_values_of_its_type(read_models):
    """True is not 1, and "1" is neither."""
    put(read_models, text="1", number=1, flag=True, none=None, missing=...)

    assert ["text"] == find(read_models, Filter("x", "eq", "1"))
    assert ["number"] == find(read_models, Filter("x", "eq", 1))
    assert ["flag"] == find(read_models, Filter("x", "eq", True))
    assert ["number"] == find(read_models, Filter("x", "gte", 0))
    for operator in ("eq", "gt", "gte", "lt", "lte"):
        assert [] == find(read_models, Filter("x", operator, None))


@pytest.mark.parametrize("descending", [False, True], ids=["ascending", "descending"])
def test_documents_without_the_sort_field_are_paged_too(read_models, *, descending):
    """Each once: first ascending, last descending."""
    put(read_models, a=None, b=..., c=None, d=LEAST, e="text")
    expected = ["a", "b", "c", "d", "e"]

    found, after = [], None
    while page := find(read_models, after=after, limit=1, descending=descending):
        found += page
        document = read_models.get("i", "t", page[-1])
        after = (document.fields.get("x"), document.id)

    assert (expected[::-1] if descending else expected) == found


def test_a_group_of_no_value_comes_first(read_models):
    """Null and missing are the same there."""
    put(read_models, a=None, b=..., c=3, d=3)

    groups = read_models.group("i", Grouping("t", (), ("x",), ("x",)))

    assert [Group((None,), 2, (0,)), Group((3,), 2, (6,))] == groups


def test_a_text_with_nul_is_found_whole(read_models):
    """NUL would end it, so it is replaced: the document is not taken for a shorter one."""
    put(read_models, a="one\0two", b="one")

    assert ["b"] == find(read_models, Filter("x", "eq", "one"))
    assert ["a"] == find(read_models, Filter("x", "eq", "one\0two"))
    assert ["b", "a"] == find(read_models)


def test_half_a_character_does_no_harm(read_models):
    """A lone surrogate is no UTF-8: it is replaced, wherever it turns up."""
    put(read_models, a="\ud800")

    assert ["a"] == find(read_models, Filter("x", "eq", "\udfff"))
    assert [] == find(read_models, after=("\ud800", "a\ud800"))
    assert read_models.get("i", "t", "\ud800") is None


@pytest.mark.parametrize(
    "name", ["", "a b", "a'", "a')--", "a.b", "a[0]", '"', "$", "\N{SNOWMAN}", "a\n"]
)
def test_only_a_plain_name_is_a_field(read_models, name):
    """Anything else never gets near a statement."""
    with pytest.raises(ValueError, match="is no name of a field"):
        find(read_models, Filter(name, "eq", 1))
    with pytest.raises(ValueError, match="is no name of a field"):
        find(read_models, sort=name)
    with pytest.raises(ValueError, match="is no name of a field"):
        read_models.group("i", Grouping("t", (), (name,), ()))
    with pytest.raises(ValueError, match="is no name of a field"):
        read_models.group("i", Grouping("t", (), (), (name,)))
