"""Read models on a real OpenSearch node: what is its own, beside the contracts."""

from __future__ import annotations

import random
from contextlib import closing
from dataclasses import replace

import pytest

from chalicelib.adapters.embedded.database import Database
from chalicelib.adapters.embedded.read_models import SCHEMA, SqliteReadModels
from chalicelib.adapters.opensearch.bulk import batches
from chalicelib.adapters.opensearch.documents import key_of, parts_of, whole_of
from chalicelib.adapters.opensearch.failures import IndexGone
from chalicelib.kernel.errors import DamagedReadModel, Misconfigured, Unavailable
from chalicelib.services.read_models import Document, Filter, Group, Grouping, Query, Sort
from tests.contract.read_models import a_document, a_query, a_tombstone, ids, paged
from tests.support.opensearch_indexes import read_models_on

pytestmark = [pytest.mark.requirement("R6"), pytest.mark.requirement("T8")]

INDEX = "orders-v1"
TENANT = "default"
FIELDS = {"total": int, "status": str, "gift": bool}
EVERYTHING = Grouping(TENANT, (), (), ("total",))


@pytest.fixture(name="read_models")
def _read_models(opensearch):
    with read_models_on(opensearch) as read_models:
        read_models.create(INDEX, FIELDS)
        yield read_models


@pytest.fixture(name="sqlite")
def _sqlite(tmp_path):
    with closing(Database(tmp_path / "test.db", SCHEMA)) as database:
        yield SqliteReadModels(database)


def called(read_models, method, path, body=None):
    return read_models._connection.change("a test", method, path, body)


def names(read_models):
    return set(called(read_models, "GET", f"/{read_models._layout.prefix}*"))


class TestMapping:
    def test_is_explicit(self, read_models):
        """Types are given, bodies and versions are not indexed, and nothing comes in by itself."""
        name = read_models._layout.name(INDEX)
        mapping = called(read_models, "GET", f"/{name}/_mapping")[name]["mappings"]

        assert "strict" == mapping["dynamic"]
        assert {"total": "long", "status": "keyword", "gift": "boolean"} == {
            field: each["type"]
            for field, each in mapping["properties"]["fields"]["properties"].items()
        }
        assert "binary" == mapping["properties"]["body"]["type"]

    def test_refuses_a_field_that_it_does_not_have(self, read_models):
        """The index and the kind of fault are named, the document's content is not."""
        documents = [a_document("a", total=1), a_document("b", secret="swordfish")]

        with pytest.raises(Misconfigured, match=f"{INDEX}.*strict_dynamic") as refused:
            read_models.put(INDEX, documents)

        assert "swordfish" not in str(refused.value)
        assert documents[0] == read_models.get(INDEX, TENANT, "a")

    def test_refuses_a_value_of_another_type(self, read_models):
        """Also there, nothing of it is told."""
        with pytest.raises(Misconfigured, match=INDEX) as refused:
            read_models.put(INDEX, [a_document("a", total="swordfish")])

        assert "swordfish" not in str(refused.value)

    def test_refuses_what_has_more_than_64_bits(self, read_models):
        """As the read models on SQLite do."""
        with pytest.raises(Unavailable, match="total"):
            read_models.put(INDEX, [a_document("a", total=2**63)])

    @pytest.mark.parametrize(
        "index", ["", "*", "a,b", "_all", "Orders", "a/b", "-a", "orders-v1,*"]
    )
    def test_names_are_checked(self, read_models, index):
        """A name is never a pattern."""
        with pytest.raises(Misconfigured, match="no name of an index"):
            read_models.drop(index)

    def test_names_of_fields_are_checked(self, read_models):
        """A dot would be a place in an object."""
        with pytest.raises(Misconfigured, match="no field"):
            read_models.create("orders-v2", {"a.b": int})

    def test_of_somebody_else_is_refused(self, read_models):
        """What was not made by this adapter can't be used, nor is it changed."""
        called(read_models, "PUT", f"/{read_models._layout.name('orders-v2')}", {})

        with pytest.raises(Misconfigured, match="orders-v2 was not made by"):
            read_models.create("orders-v2", FIELDS)


class TestIndexThatIsGone:
    def test_is_not_made_by_a_put(self, read_models):
        """Whatever the cluster's settings: the put fails, and tells which index it was."""
        read_models.drop(INDEX)

        with pytest.raises(IndexGone, match=INDEX):
            read_models.put(INDEX, [a_document("a", total=1)])

        assert set() == names(read_models)

    def test_is_told_by_every_question(self, read_models):
        """What nobody can answer is not answered with nothing."""
        read_models.put(INDEX, [a_document("a", total=1)])
        read_models.drop(INDEX)

        for question in (
            lambda: read_models.get(INDEX, TENANT, "a"),
            lambda: read_models.find(INDEX, a_query()),
            lambda: read_models.group(INDEX, EVERYTHING),
            lambda: read_models.settle(INDEX),
        ):
            with pytest.raises(IndexGone, match=INDEX):
                question()

    def test_that_others_let_appear_takes_nothing(self, read_models):
        """The template behind the prefix is strict."""
        stray = read_models._layout.name("stray")

        with pytest.raises(Misconfigured, match="strict_dynamic"):
            called(read_models, "PUT", f"/{stray}/_doc/1", {"status": "new"})


class TestVisibility:
    def test_a_repeat_waits_for_what_was_put_before(self, opensearch):
        """As after a lost answer: what is there may not be visible yet, and then it is made so."""
        with read_models_on(opensearch, refresh=60) as read_models:
            read_models.create(INDEX, FIELDS)
            read_models.put(INDEX, [a_document("a", total=1)], visible=False)
            unseen = read_models.find(INDEX, a_query())

            read_models.put(INDEX, [a_document("a", total=1)])

            assert [] == unseen
            assert ["a"] == ids(read_models.find(INDEX, a_query()))

    def test_many_requests_are_visible_too(self, opensearch):
        """They do not wait one after the other."""
        documents = [a_document(f"{n:03}", total=n) for n in range(100)]
        with read_models_on(opensearch, refresh=60, largest=5000) as read_models:
            read_models.create(INDEX, FIELDS)

            read_models.put(INDEX, documents)

            assert documents == read_models.find(INDEX, a_query())

    @pytest.mark.parametrize("limit", [3, 4, 200])
    def test_a_page_loses_nothing_to_what_comes_meanwhile(self, read_models, monkeypatch, limit):
        """What is put between a page's two requests pushes no other out of it untold."""
        read_models.put(INDEX, [a_document(each, total=1) for each in "bcd"])
        searched, coming = read_models._searched, [a_document("a", total=1)]

        def put_meanwhile(index, body):
            found = searched(index, body)
            if coming:
                read_models.put(INDEX, [coming.pop()])
            return found

        monkeypatch.setattr(read_models, "_searched", put_meanwhile)

        page = read_models.find(INDEX, replace(a_query(limit=limit), size=5000))
        assert list("abcd")[:limit] == ids(page)


class TestSettling:
    def test_does_without_a_copy_that_is_nowhere(self, opensearch):
        """As while another node is away: what is there shows all, or a switch would never come."""
        with read_models_on(opensearch, replicas=1) as read_models:
            read_models.create(INDEX, FIELDS)
            documents = [a_document("a", total=1)]
            read_models.put(INDEX, documents, visible=False)
            read_models.settle(INDEX)
            read_models.put(INDEX, documents)

            assert documents == read_models.find(INDEX, a_query())


class TestBulk:
    def test_is_bounded_in_bytes(self):
        """A document that is larger goes alone; each comes once, in order."""
        documents = [
            Document(TENANT, f"{n}", 1, bytes(100 if n % 7 else 5000), {}) for n in range(30)
        ]

        found = batches(documents, 3000)

        assert 30 == sum(map(len, found))
        assert all(sum(map(len, each)) <= 3000 or len(each) == 1 for each in found)
        assert [document.id for document in documents] == [
            item.split(b'"_id":"default/')[1].split(b'"')[0].decode()
            for each in found
            for item in each
        ]

    def test_names_are_apart(self):
        """No two documents have one name, whatever tenant and id hold."""
        pairs = [("a", "b/c"), ("a/b", "c"), ("a%2Fb", "c"), ("", "a/b/c"), ("a", "b%2Fc")]

        assert len(pairs) == len({key_of(*pair) for pair in pairs})


class TestNumbers:
    def test_parts_make_the_whole(self):
        """Of every size and sign; each part, summed two billion times, stays exact."""
        chance = random.Random(1)
        numbers = [chance.randrange(-(2**63), 2**63) >> chance.randrange(63) for _ in range(1000)]

        for number in [*numbers, 0, -1, 2**63 - 1, -(2**63)]:
            parts = parts_of(number)
            assert number == whole_of(**parts)
            assert all(-(2**22) < part < 2**22 for part in parts.values())

    def test_sums_are_exact_beyond_64_bits(self, read_models):
        """Where floating point would have lost the last digits long before."""
        numbers = [2**63 - 1, 2**63 - 2, 2**62 + 1, -(2**63), 2**53 + 1, -1, 7] * 5
        read_models.put(INDEX, [a_document(f"{n}", total=each) for n, each in enumerate(numbers)])

        assert [Group((), len(numbers), (sum(numbers),))] == read_models.group(INDEX, EVERYTHING)

    @pytest.mark.parametrize("operator", ["eq", "gt", "gte", "lt", "lte"])
    @pytest.mark.parametrize("value", [2**63, 2**70, -(2**63) - 1, -(2**70)])
    def test_filters_may_be_beyond_64_bits(self, read_models, sqlite, operator, value):
        """They hold for all documents with a number, or for none."""
        documents = [a_document("a", total=5), a_document("b"), a_document("c", total=2**63 - 1)]
        for each in (read_models, sqlite):
            each.put(INDEX, documents)

        query = a_query(Filter("total", operator, value))
        assert sqlite.find(INDEX, query) == read_models.find(INDEX, query)

    @pytest.mark.parametrize(
        "condition",
        [
            Filter("total", "eq", "5"),
            Filter("status", "eq", 5),
            Filter("gift", "eq", 1),
            Filter("total", "eq", True),
            Filter("gift", "eq", "true"),
        ],
        ids=str,
    )
    def test_a_filter_of_another_type_never_holds(self, read_models, condition):
        """OpenSearch would take a text for a number, and some numbers for truth."""
        read_models.put(INDEX, [a_document("a", total=5, status="5", gift=True)])

        assert [] == read_models.find(INDEX, a_query(condition))


class TestNothing:
    @pytest.mark.parametrize("descending", [False, True], ids=["ascending", "descending"])
    @pytest.mark.parametrize(
        ("field", "values"), [("total", [0, -5]), ("status", ["", "b"]), ("gift", [True, False])]
    )
    @pytest.mark.parametrize("limit", [1, 2, 200])
    def test_sorts_before_everything(
        self, read_models, sqlite, field, values, limit, *, descending
    ):
        """A field that is null or missing, in paging too."""
        documents = [
            replace(a_document(f"{n}"), fields={"total": 1, field: value})
            for n, value in enumerate([*values, None, None, *values])
        ]
        for each in (read_models, sqlite):
            each.put(INDEX, documents)

        query = a_query(sort=field, limit=limit, descending=descending)
        assert list(paged(sqlite, query)) == list(paged(read_models, query))

    def test_makes_a_group(self, read_models, sqlite):
        """It comes first; and so with several fields."""
        values = [None, "a", "b"]
        documents = [
            a_document(f"{n}", status=values[n % 3], gift=[True, None][n % 2], total=n)
            for n in range(12)
        ]
        for each in (read_models, sqlite):
            each.put(INDEX, documents)

        for by in (("status",), ("gift", "status"), ("status", "gift")):
            grouping = Grouping(TENANT, (), by, ("total",))
            assert sqlite.group(INDEX, grouping) == read_models.group(INDEX, grouping)


class TestLongTexts:
    TEXTS = ("x" * 7999, "x" * 8000, "x" * 8001, "x" * 40_000 + "1", "x" * 40_000 + "2", "y" * 9000)

    def test_are_told_apart(self, read_models):
        """Though no term of the index has room for them; also by filters and groups."""
        documents = [a_document(f"{n}", status=each) for n, each in enumerate(self.TEXTS)]
        read_models.put(INDEX, documents)

        for document in documents:
            condition = Filter("status", "eq", document.fields["status"])
            assert [document] == read_models.find(INDEX, a_query(condition))
        assert ["5"] == ids(read_models.find(INDEX, a_query(Filter("status", "gt", "xy"))))
        groups = read_models.group(INDEX, Grouping(TENANT, (), ("status",), ()))
        assert set(self.TEXTS) == {group.values[0] for group in groups}

    def test_can_be_paged_by(self, read_models):
        """Each document comes once."""
        documents = [a_document(f"{n}", status=each) for n, each in enumerate(self.TEXTS)]
        read_models.put(INDEX, documents)

        found = [
            each for page in paged(read_models, a_query(sort="status", limit=1)) for each in page
        ]

        assert sorted(ids(documents)) == sorted(ids(found))

    @pytest.mark.parametrize("text", ["a\0b", "\ud800", "\U0010ffff"])
    def test_of_any_character_are_kept(self, read_models, sqlite, text):
        """As far as they are texts at all, as on SQLite."""
        for each in (read_models, sqlite):
            each.put(INDEX, [a_document("a", status=text)])

        assert sqlite.get(INDEX, TENANT, "a") == read_models.get(INDEX, TENANT, "a")
        condition = Filter("status", "eq", text)
        assert ["a"] == ids(read_models.find(INDEX, a_query(condition)))


class TestCursor:
    @pytest.mark.parametrize("after", [("x", "a"), (True, "a"), (2**70, "a")])
    def test_of_another_type_has_nothing_behind(self, read_models, after):
        """It was made up: no document has such a value."""
        read_models.put(INDEX, [a_document("a", total=5)])

        assert [] == read_models.find(INDEX, replace(a_query(), after=after))

    def test_of_a_field_that_is_not_there_goes_by_id(self, read_models):
        """All are equal then."""
        read_models.put(INDEX, [a_document(name, total=1) for name in "abc"])
        query = Query(TENANT, (), Sort("nowhere"), 200, after=(None, "a"))

        assert ["b", "c"] == ids(read_models.find(INDEX, query))


class TestLargeBodies:
    def test_are_not_read_beyond_the_room(self, read_models):
        """What one page can't show is not fetched: sizes are asked for first."""
        documents = [Document(TENANT, f"{n:02}", 1, bytes(100_000), {}) for n in range(40)]
        read_models.put(INDEX, documents)

        found = read_models.find(INDEX, replace(a_query(), size=250_000))

        assert ["00", "01", "02"] == ids(found)


class TestDamage:
    def test_is_told_not_shown(self, read_models):
        """A document that was changed by hand does not match its seal."""
        read_models.put(INDEX, [a_document("a", total=1)])
        change = {"doc": {"fields": {"total": 2}}}
        path = f"/{read_models._layout.name(INDEX)}/_update/default%2Fa?refresh=true"
        called(read_models, "POST", path, change)

        for question in (
            lambda: read_models.get(INDEX, TENANT, "a"),
            lambda: read_models.find(INDEX, a_query()),
            lambda: read_models.page(INDEX, None, 10),
        ):
            with pytest.raises(DamagedReadModel, match="rebuild"):
                question()
        assert [INDEX] == list(read_models.damaged)


def test_an_alias_stands_for_one_index(read_models):
    """It moves in one step, may be set again, and goes with its index."""
    read_models.create("orders-v2", FIELDS)
    alias = read_models._layout.name("orders")

    shown = []
    for index in (INDEX, "orders-v2", "orders-v2"):
        read_models.point("orders", index)
        shown.append(list(called(read_models, "GET", f"/{alias}")))

    wanted = [read_models._layout.name(index) for index in (INDEX, "orders-v2", "orders-v2")]
    assert [[name] for name in wanted] == shown


def test_a_tombstone_counts_and_is_paged(read_models):
    """Whoever compares two indexes has to see it."""
    read_models.put(INDEX, [a_tombstone("a", 3), a_document("b", 4, total=1)])

    assert 2 == read_models.count(INDEX)
    assert [3, 4] == [each.version for each in read_models.page(INDEX, None, 10)]


class TestRequests:
    """What docs/opensearch.md says that each operation takes."""

    @pytest.fixture
    def asked(self, read_models, monkeypatch):
        read_models.put(INDEX, [a_document(f"{n}", total=n) for n in range(20)])
        read_models.find(INDEX, a_query())
        asked = []
        once = read_models._connection.once

        def recorded(what, method, path, *rest, **more):
            asked.append(path.partition("?")[0].rpartition("/")[2])
            return once(what, method, path, *rest, **more)

        monkeypatch.setattr(read_models._connection, "once", recorded)
        return asked

    @pytest.mark.parametrize(
        ("act", "expected"),
        [
            (lambda models: models.get(INDEX, TENANT, "1"), ["_mget"]),
            (
                lambda models: models.get_many(INDEX, [(TENANT, f"{n}") for n in range(150)]),
                ["_mget", "_mget"],
            ),
            (lambda models: models.find(INDEX, a_query()), ["_search"]),
            (
                lambda models: models.find(INDEX, replace(a_query(), size=5000)),
                ["_search", "_search"],
            ),
            (lambda models: models.group(INDEX, EVERYTHING), ["_search"]),
            (lambda models: models.put(INDEX, [a_document("new")]), ["_bulk"]),
            (lambda models: models.put(INDEX, [a_document("1")]), ["_bulk", "_refresh"]),
            (lambda models: models.put(INDEX, [a_document("1")], visible=False), ["_bulk"]),
            (lambda models: models.put(INDEX, []), []),
        ],
        ids=["get", "batch", "find", "page", "group", "put", "repeat", "fill", "nothing"],
    )
    def test_are_counted(self, read_models, asked, act, expected):
        """None is hidden behind another."""
        act(read_models)

        assert expected == asked
