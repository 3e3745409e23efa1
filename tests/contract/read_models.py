"""The contract of ReadModels."""

from __future__ import annotations

import operator
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.kernel.errors import Misconfigured
from chalicelib.services.read_models import Document, Filter, Group, Grouping, Query, Sort

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from chalicelib.services.places import IndexedReadModels
    from chalicelib.services.read_models import ReadModels, Scalar

INDEX = "orders-v1"
ANOTHER = "orders-v2"
TENANT = "default"
FIELDS: Mapping[str, type[Scalar]] = {"total": int, "status": str, "gift": bool}
OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}
HOSTILE = (
    "' OR '1'='1",
    "'; DROP TABLE documents; --",
    '" OR ""="',
    "\\' OR 1=1 --",
    "%",
    "_",
    "*",
    "?",
    ":1",
    "$.total",
    "{}",
    "}{",
    '{"match_all":{}}',
    "[1 TO *]",
    "a AND b",
    "-a",
    "\\",
    "\\u0041",
    "%27",
    "\t\n",
    " a",
    "a ",
    "A",
    "a",
    "\N{LATIN SMALL LETTER E WITH ACUTE}",
    "e\N{COMBINING ACUTE ACCENT}",
    "\N{GRINNING FACE}",
    "null",
    "true",
    "0",
    "",
)


def a_document(name: str = "a", version: int = 1, tenant: str = TENANT, **fields: Any) -> Document:
    return Document(tenant, name, version, b'{"id":"%s"}' % name.encode(), fields)


def a_tombstone(name: str = "a", version: int = 1) -> Document:
    return Document(TENANT, name, version, None, {})


def a_query(
    *filters: Filter,
    sort: str = "total",
    descending: bool = False,
    limit: int = 200,
    tenant: str = TENANT,
) -> Query:
    return Query(tenant, filters, Sort(sort, descending), limit)


def ids(documents: Iterable[Document]) -> list[str]:
    return [document.id for document in documents]


def paged(read_models: ReadModels, query: Query) -> Iterator[list[Document]]:
    """Yield page after page, as a client with cursors gets them."""
    while page := read_models.find(INDEX, query):
        yield page
        query = replace(query, after=(page[-1].fields[query.sort.field], page[-1].id))


def holds(condition: Filter, document: Document) -> bool:
    value = document.fields.get(condition.field)
    return value is not None and OPERATORS[condition.operator](value, condition.value)


@pytest.mark.requirement("R6")
@pytest.mark.requirement("T8")
class ReadModelsContract:
    """Bind it with a fixture ``read_models``: a ReadModels in which nothing was put yet."""

    def test_a_document_comes_back_as_it_was(self, read_models: ReadModels):
        """Its body byte by byte, each field with its value and type."""
        document = Document(
            TENANT,
            "-._~",
            7,
            '{"name":"\N{SNOWMAN}", "amount": 1.10}'.encode(),
            {"text": "\N{SNOWMAN}", "number": -(2**53) - 1, "flag": True, "nothing": None},
        )

        read_models.put(INDEX, [document])

        found = read_models.get(INDEX, TENANT, "-._~")
        assert document == found
        assert found is not None
        assert [str, int, bool, type(None)] == [type(value) for value in found.fields.values()]

    def test_many_come_back_by_their_keys(self, read_models: ReadModels):
        """Tombstones too; those that there are not, of another tenant or index, are left out."""
        documents = [a_document(f"d-{number}", number + 1, total=number) for number in range(230)]
        there = [*documents, a_tombstone("gone"), a_document("d-1", 7, tenant="another")]
        read_models.put(INDEX, there)
        keys = [(each.tenant, each.id) for each in there]

        found = read_models.get_many(INDEX, [*keys, (TENANT, "never"), ("another", "d-2")])

        assert dict(zip(keys, there, strict=True)) == found
        assert {} == read_models.get_many(INDEX, [])

    def test_a_document_that_was_never_put_is_none(self, read_models: ReadModels):
        """Nor is there anything to find or group."""
        read_models.put(INDEX, [a_document("a", total=1)])

        assert read_models.get(INDEX, TENANT, "b") is None
        assert read_models.get(INDEX, TENANT, "A") is None
        assert read_models.get(INDEX, TENANT, "a%") is None
        assert [] == read_models.find(INDEX, a_query(tenant="another"))
        assert [] == read_models.group(INDEX, Grouping("another", (), ("total",), ("total",)))

    def test_what_was_put_is_visible(self, read_models: ReadModels):
        """To every kind of question, at once."""
        for number in range(1, 4):
            read_models.put(INDEX, [a_document(f"{number}", total=number)])

            assert number == len(read_models.find(INDEX, a_query()))
            assert read_models.get(INDEX, TENANT, f"{number}") is not None
            everything = Grouping(TENANT, (), (), ("total",))
            assert [number] == [group.count for group in read_models.group(INDEX, everything)]

    def test_nothing_may_be_put(self, read_models: ReadModels):
        """A batch of commits may change no document."""
        read_models.put(INDEX, [])

    def test_a_newer_version_replaces(self, read_models: ReadModels):
        """All of it: fields that it does not have are gone."""
        newer = a_document(version=5, total=2)

        read_models.put(INDEX, [a_document(version=4, total=1, status="placed")])
        read_models.put(INDEX, [newer])

        assert newer == read_models.get(INDEX, TENANT, "a")
        assert [] == read_models.find(INDEX, a_query(Filter("status", "eq", "placed")))

    @pytest.mark.parametrize("version", [1, 4, 5])
    def test_a_version_that_is_not_newer_is_ignored(self, read_models: ReadModels, version: int):
        """An older one, and another one of the same version."""
        document = a_document(version=5, total=1)
        read_models.put(INDEX, [document])

        read_models.put(INDEX, [a_document(version=version, total=2)])

        assert document == read_models.get(INDEX, TENANT, "a")

    def test_an_ignored_document_does_not_hinder_its_neighbours(self, read_models: ReadModels):
        """A batch is taken as far as it is new."""
        read_models.put(INDEX, [a_document("b", 5, total=1)])

        read_models.put(INDEX, [a_document(name, 3, total=2) for name in "abc"])

        expected = {"a": 3, "b": 5, "c": 3}
        found = read_models.find(INDEX, a_query())
        assert expected == {document.id: document.version for document in found}

    def test_of_one_document_in_a_batch_the_newest_counts(self, read_models: ReadModels):
        """Whatever the order."""
        read_models.put(INDEX, [a_document(version=version, total=1) for version in (2, 3, 1)])

        assert a_document(version=3, total=1) == read_models.get(INDEX, TENANT, "a")

    def test_of_threads_that_put_a_document_the_newest_counts(self, read_models: ReadModels):
        """Two consumers of a stream's two paths run side by side."""
        versions = random.Random(1).sample(range(1, 41), 40)

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda v: read_models.put(INDEX, [a_document(version=v)]), versions))

        assert a_document(version=40) == read_models.get(INDEX, TENANT, "a")

    def test_a_tombstone_is_kept_and_never_found(self, read_models: ReadModels):
        """Its version still guards against what is older."""
        read_models.put(INDEX, [a_document("a", 1, total=1), a_document("b", 1, total=2)])

        read_models.put(INDEX, [a_tombstone("a", 2)])
        read_models.put(INDEX, [a_document("a", 1, total=1)])

        assert a_tombstone("a", 2) == read_models.get(INDEX, TENANT, "a")
        assert ["b"] == ids(read_models.find(INDEX, a_query()))
        assert [Group((), 1, (2,))] == read_models.group(
            INDEX, Grouping(TENANT, (), (), ("total",))
        )

    def test_a_tombstone_can_be_followed_by_a_document(self, read_models: ReadModels):
        """What was gone is there again."""
        read_models.put(INDEX, [a_tombstone("a", 2)])

        read_models.put(INDEX, [a_document("a", 3, total=1)])

        assert ["a"] == ids(read_models.find(INDEX, a_query()))

    def test_indexes_and_tenants_are_apart(self, read_models: ReadModels):
        """The same id elsewhere is another document, with a version of its own."""
        mine = a_document("a", 1, total=1, status="mine")
        read_models.put(INDEX, [mine])
        read_models.put(INDEX, [a_document("a", 9, tenant="default-2", total=2)])
        read_models.put(ANOTHER, [a_document("a", 9, total=4)])

        assert mine == read_models.get(INDEX, TENANT, "a")
        assert [mine] == read_models.find(INDEX, a_query())
        assert [Group((1,), 1, (1,))] == read_models.group(
            INDEX, Grouping(TENANT, (), ("total",), ("total",))
        )

    @pytest.mark.parametrize(
        ("condition", "expected"),
        [
            (Filter("total", "eq", 20), "b"),
            (Filter("total", "gt", 20), "c"),
            (Filter("total", "gte", 20), "bc"),
            (Filter("total", "lt", 20), "a"),
            (Filter("total", "lte", 20), "ab"),
            (Filter("total", "gt", -1_000_000), "abc"),
            (Filter("total", "eq", 2), ""),
            (Filter("status", "eq", "paid"), "ac"),
            (Filter("status", "eq", "Paid"), ""),
            (Filter("status", "eq", "pai"), ""),
            (Filter("at", "gte", "2026-01-02T00:00:00.000000Z"), "bc"),
            (Filter("at", "lt", "2026-01-02T00:00:00.000000Z"), "a"),
            (Filter("gift", "eq", True), "a"),
            (Filter("gift", "eq", False), "b"),
            (Filter("note", "eq", "fragile"), "c"),
            (Filter("note", "lte", "zzz"), "c"),
            (Filter("nowhere", "eq", "x"), ""),
        ],
        ids=str,
    )
    def test_filters(self, read_models: ReadModels, condition: Filter, expected: str):
        """Each operator on each kind of field; a field that is null or missing never matches."""
        documents = [
            a_document(
                "a", total=9, status="paid", gift=True, note=None, at="2026-01-01T23:59:59.999999Z"
            ),
            a_document(
                "b", total=20, status="placed", gift=False, at="2026-01-02T00:00:00.000000Z"
            ),
            a_document(
                "c",
                total=100,
                status="paid",
                gift=None,
                note="fragile",
                at="2026-01-02T00:00:00.000001Z",
            ),
        ]
        read_models.put(INDEX, documents)

        assert list(expected) == ids(read_models.find(INDEX, a_query(condition)))

    def test_all_filters_must_hold(self, read_models: ReadModels):
        """Several fields, and several conditions on one."""
        read_models.put(
            INDEX,
            [a_document(f"{n}", total=n, status="paid" if n % 2 else "placed") for n in range(9)],
        )

        found = read_models.find(
            INDEX,
            a_query(
                Filter("total", "gt", 2), Filter("status", "eq", "paid"), Filter("total", "lte", 7)
            ),
        )

        assert ["3", "5", "7"] == ids(found)

    @pytest.mark.parametrize(
        ("words", "expected"),
        [
            (("red",), "ab"),
            (("re",), "abc"),
            (("red", "sho"), "a"),
            (("sho", "red"), "a"),
            (("ed",), ""),
            (("red", "blue"), ""),
            (("caf\u00e9",), "c"),
            (("reds",), ""),
            (("%",), ""),
            (("red shoe",), ""),
        ],
    )
    def test_search(self, read_models: ReadModels, words: tuple[str, ...], expected: str):
        """Each word is the beginning of one of the document's words; all of them are."""
        texts = {"a": {"red", "shoe"}, "b": {"hat", "red"}, "c": {"caf\u00e9", "reed"}, "d": set()}
        documents = [replace(a_document(name), words=frozenset(texts[name])) for name in texts]
        read_models.put(INDEX, documents)

        found = read_models.find(INDEX, replace(a_query(), words=words))

        assert list(expected) == sorted(ids(found))

    def test_words_come_back_and_follow_the_version(self, read_models: ReadModels):
        """A newer document is found by its own words only."""
        read_models.put(INDEX, [replace(a_document(version=1), words=frozenset({"old", "red"}))])
        newer = replace(a_document(version=2), words=frozenset({"new"}))
        read_models.put(INDEX, [newer])

        assert newer == read_models.get(INDEX, TENANT, "a")
        assert [] == read_models.find(INDEX, replace(a_query(), words=("old",)))
        assert [newer] == read_models.find(INDEX, replace(a_query(), words=("new",)))

    def test_integers_are_exact(self, read_models: ReadModels):
        """Neighbours stay apart where floating point no longer can tell them."""
        numbers = [2**53, 2**53 + 1, 2**53 + 2, 2**63 - 1, -(2**63)]
        read_models.put(INDEX, [a_document(f"n{n}", total=n) for n in numbers])

        found = read_models.find(INDEX, a_query(Filter("total", "eq", 2**53 + 1)))

        assert [f"n{2**53 + 1}"] == ids(found)
        assert sorted(numbers) == [
            document.fields["total"] for document in read_models.find(INDEX, a_query())
        ]

    @pytest.mark.parametrize("descending", [False, True], ids=["ascending", "descending"])
    @pytest.mark.parametrize(
        ("sort", "values"),
        [
            ("total", [-5, 0, 9, 10, 100]),
            ("status", ["", "A", "Z", "a", "aa", "b", "\N{LATIN SMALL LETTER E WITH ACUTE}"]),
            ("gift", [False, True]),
        ],
    )
    def test_sorting(
        self, read_models: ReadModels, sort: str, values: list[Scalar], *, descending: bool
    ):
        """Numbers as numbers, texts by code points, false before true."""
        shuffled = random.Random(2).sample(list(enumerate(values)), len(values))
        documents = [replace(a_document(f"{n}"), fields={sort: value}) for n, value in shuffled]
        read_models.put(INDEX, documents)

        found = read_models.find(INDEX, a_query(sort=sort, descending=descending))

        expected = values[::-1] if descending else values
        assert expected == [document.fields[sort] for document in found]

    @pytest.mark.parametrize("descending", [False, True], ids=["ascending", "descending"])
    def test_equal_documents_go_by_id(self, read_models: ReadModels, *, descending: bool):
        """In the same direction, by code points."""
        names = ["-", ".a", "1", "10", "2", "A", "_", "a", "b", "~"]
        read_models.put(INDEX, [a_document(name, total=1) for name in reversed(names)])

        found = ids(read_models.find(INDEX, a_query(descending=descending)))

        assert (names[::-1] if descending else names) == found

    @pytest.mark.parametrize("descending", [False, True], ids=["ascending", "descending"])
    @pytest.mark.parametrize("limit", [1, 37, 100, 250, 499, 500, 501])
    def test_paging_shows_each_document_once(
        self, read_models: ReadModels, limit: int, *, descending: bool
    ):
        """500 documents with three sort values, so that most page borders lie within equals."""
        documents = [a_document(f"d{n:03}", total=n % 3) for n in range(500)]
        read_models.put(INDEX, random.Random(3).sample(documents, len(documents)))

        pages = list(paged(read_models, a_query(descending=descending, limit=limit)))

        ordered = sorted(documents, key=lambda d: (d.fields["total"], d.id), reverse=descending)
        assert ids(ordered) == [name for page in pages for name in ids(page)]
        assert all(limit == len(page) for page in pages[:-1])

    @pytest.mark.parametrize("sort", ["status", "gift"])
    def test_paging_by_any_kind_of_field(self, read_models: ReadModels, sort: str):
        """Texts and booleans can be gone on from as numbers can."""
        documents = [
            a_document(f"d{n}", status=f"s{n % 4}", gift=n % 2 == 0, total=n) for n in range(10)
        ]
        read_models.put(INDEX, documents)

        condition = Filter("total", "lt", 9)
        pages = paged(read_models, a_query(condition, sort=sort, limit=2))

        ordered = sorted(documents[:9], key=lambda d: (d.fields[sort], d.id))
        assert ids(ordered) == [name for page in pages for name in ids(page)]

    def test_hostile_values_are_just_values(self, read_models: ReadModels):
        """Each finds its own document, none finds more, and none does harm."""
        documents = [a_document(f"h{n}", status=value) for n, value in enumerate(HOSTILE)]
        read_models.put(INDEX, documents)

        for number, value in enumerate(HOSTILE):
            condition = Filter("status", "eq", value)
            found = read_models.find(INDEX, a_query(condition, sort="status"))
            assert [f"h{number}"] == ids(found), value
            groups = read_models.group(INDEX, Grouping(TENANT, (condition,), ("status",), ()))
            assert [Group((value,), 1, ())] == groups
        assert len(HOSTILE) == len(read_models.find(INDEX, a_query(sort="status")))

    def test_hostile_tenants_and_ids_find_nothing(self, read_models: ReadModels):
        """What a caller can put anywhere into a question stays a value."""
        read_models.put(INDEX, [a_document("a", total=1)])

        for value in HOSTILE:
            assert [] == read_models.find(INDEX, a_query(tenant=value or "x"))
            found = read_models.get(INDEX, TENANT, value or "x")
            assert (value == "a") == (found is not None)

    def test_hostile_cursors_are_just_values(self, read_models: ReadModels):
        """Going on behind one is going on behind a text."""
        documents = [a_document(f"h{n:02}", status=value) for n, value in enumerate(HOSTILE)]
        read_models.put(INDEX, documents)

        pages = paged(read_models, a_query(sort="status", limit=1))

        ordered = sorted(documents, key=lambda d: str(d.fields["status"]))
        assert ids(ordered) == [name for page in pages for name in ids(page)]

    def test_questions_agree_with_plain_python(self, read_models: ReadModels):
        """A few hundred random ones about random documents."""
        chance = random.Random(4)
        documents = [_random_document(chance, number) for number in range(120)]
        read_models.put(INDEX, documents)

        for _ in range(300):
            filters = tuple(_random_filter(chance) for _ in range(chance.randrange(4)))
            descending = chance.random() < 0.5
            found = read_models.find(INDEX, a_query(*filters, descending=descending))

            matching = [d for d in documents if all(holds(each, d) for each in filters)]
            matching.sort(key=lambda d: (d.fields["total"], d.id), reverse=descending)
            assert ids(matching) == ids(found), filters

    def test_groups_are_counted_summed_and_sorted(self, read_models: ReadModels):
        """By several fields, in their order; amounts below zero count too."""
        read_models.put(
            INDEX,
            [
                a_document("a", day="2026-01-02", gift=True, total=5, lines=1),
                a_document("b", day="2026-01-01", gift=True, total=-7, lines=2),
                a_document("c", day="2026-01-02", gift=False, total=11, lines=3),
                a_document("d", day="2026-01-02", gift=True, total=13, lines=4),
                a_document("e", day="2026-01-02", gift=True, total=1000, lines=0, status="gone"),
            ],
        )

        by_day = Grouping(TENANT, (Filter("total", "lt", 1000),), ("day",), ("total", "lines"))
        by_both = replace(by_day, by=("gift", "day"), sums=("total",))

        assert [
            Group(("2026-01-01",), 1, (-7, 2)),
            Group(("2026-01-02",), 3, (29, 8)),
        ] == read_models.group(INDEX, by_day)
        groups = read_models.group(INDEX, by_both)
        assert [
            Group((False, "2026-01-02"), 1, (11,)),
            Group((True, "2026-01-01"), 1, (-7,)),
            Group((True, "2026-01-02"), 2, (18,)),
        ] == groups
        assert all(type(group.values[0]) is bool for group in groups)

    def test_numbers_group_in_the_order_of_numbers(self, read_models: ReadModels):
        """9 comes before 10, and what is below zero before both."""
        read_models.put(INDEX, [a_document(f"{n}", total=n) for n in (10, 9, -1, 100)])

        groups = read_models.group(INDEX, Grouping(TENANT, (), ("total",), ()))

        assert [(-1,), (9,), (10,), (100,)] == [group.values for group in groups]

    def test_a_sum_takes_null_for_nothing(self, read_models: ReadModels):
        """A document counts whether or not it has the amount."""
        read_models.put(
            INDEX,
            [
                a_document("a", day="1", total=5),
                a_document("b", day="1", total=None),
                a_document("c", day="2", total=None),
            ],
        )

        groups = read_models.group(INDEX, Grouping(TENANT, (), ("day",), ("total",)))

        assert [Group(("1",), 2, (5,)), Group(("2",), 1, (0,))] == groups

    def test_sums_are_exact(self, read_models: ReadModels):
        """To the cent, where floating point would round."""
        amounts = [2**51 + 1, 2**51 + 1, 1]
        read_models.put(INDEX, [a_document(f"{n}", total=each) for n, each in enumerate(amounts)])

        groups = read_models.group(INDEX, Grouping(TENANT, (), (), ("total",)))

        assert [Group((), 3, (2**52 + 3,))] == groups

    @pytest.mark.parametrize("size", [0, 1, 3000, 5999, 6000, 6001, 13_000, 28_000])
    def test_bodies_may_be_enough(self, read_models: ReadModels, size: int):
        """All that a size has room for come, in order, and the first that does not fit."""
        bodies = {f"{n}": bytes(1000 * n) for n in range(1, 8)}
        read_models.put(
            INDEX,
            [Document(TENANT, name, 1, body, {"total": 1}) for name, body in bodies.items()],
        )
        for descending in (False, True):
            whole = read_models.find(INDEX, a_query(descending=descending))

            found = read_models.find(INDEX, replace(a_query(descending=descending), size=size))

            sums = list(accumulate(len(each.body or b"") for each in whole))
            fitting = max(1, sum(each <= size for each in sums))
            assert ids(whole)[: len(found)] == ids(found)
            assert min(len(bodies), fitting + 1) <= len(found)

    def test_a_thousand_groups_all_come(self, read_models: ReadModels):
        """However many there are."""
        documents = [a_document(f"{n}", day=f"{n:04}", total=n) for n in range(1500)]
        read_models.put(INDEX, documents)

        groups = read_models.group(INDEX, Grouping(TENANT, (), ("day",), ("total",)))

        assert [Group((f"{n:04}",), 1, (n,)) for n in range(1500)] == groups

    def test_no_documents_make_no_groups(self, read_models: ReadModels):
        """Not even an empty one, by whatever they are grouped."""
        read_models.put(INDEX, [a_document("a", day="1", total=1)])
        none = (Filter("total", "gt", 1),)

        assert [] == read_models.group(INDEX, Grouping(TENANT, none, ("day",), ("total",)))
        assert [] == read_models.group(INDEX, Grouping(TENANT, none, (), ("total",)))

    def test_a_revision_changes_with_what_is_put(self, read_models: ReadModels):
        """Of that tenant in that index only; or it can't be told at all."""
        places = [(INDEX, TENANT), (INDEX, "another"), (ANOTHER, TENANT)]
        seen = [[read_models.revision(*place) for place in places]]
        puts = [a_document("a", 1), a_document("a", 2), a_document("b"), a_tombstone("a", 3)]
        for document in puts:
            read_models.put(INDEX, [document])
            seen.append([read_models.revision(*place) for place in places])

        mine, another, elsewhere = zip(*seen, strict=True)
        assert set(mine) == {None} or len(seen) == len(set(mine))
        assert [1, 1] == [len(set(another)), len(set(elsewhere))]


@pytest.mark.requirement("R5")
class IndexesContract:
    """Bind it with a fixture ``read_models`` that are Indexes too, with nothing in it."""

    def test_an_index_is_made_once(self, read_models: IndexedReadModels):
        """The second time it is as it was."""
        assert read_models.create(INDEX, FIELDS)
        read_models.put(INDEX, [a_document(total=1)])

        assert not read_models.create(INDEX, FIELDS)
        assert read_models.exists(INDEX, FIELDS)
        assert not read_models.exists(ANOTHER, FIELDS)
        assert read_models.get(INDEX, TENANT, "a") is not None

    @pytest.mark.parametrize(
        "fields", [{"total": int}, {**FIELDS, "more": str}, {**FIELDS, "total": str}], ids=str
    )
    def test_an_index_of_other_fields_is_refused(
        self, read_models: IndexedReadModels, fields: Mapping[str, type[Scalar]]
    ):
        """It can't answer what would be asked of it; the message names it."""
        read_models.create(INDEX, FIELDS)

        with pytest.raises(Misconfigured, match=INDEX):
            read_models.create(INDEX, fields)
        with pytest.raises(Misconfigured, match=INDEX):
            read_models.exists(INDEX, fields)

    def test_an_index_can_be_dropped(self, read_models: IndexedReadModels):
        """Of all tenants and versions, so that it is as new; no other index is touched."""
        for index in (INDEX, ANOTHER):
            read_models.create(index, FIELDS)
            read_models.put(index, [a_document("a", 9, total=1), a_tombstone("b", 9)])
            read_models.put(index, [a_document("a", 9, "another", total=1)])

        read_models.drop(INDEX)
        read_models.drop(INDEX)
        assert not read_models.exists(INDEX, FIELDS)
        assert read_models.create(INDEX, FIELDS)
        read_models.put(INDEX, [a_document("b", total=7)])

        assert read_models.get(INDEX, TENANT, "a") is None
        assert read_models.get(INDEX, "another", "a") is None
        assert ["b"] == ids(read_models.find(INDEX, a_query()))
        assert ["a"] == ids(read_models.find(ANOTHER, a_query()))

    def test_a_revision_never_comes_back(self, read_models: IndexedReadModels):
        """An index that was dropped and made again is another one; or it can't be told at all."""
        seen: list[int | None] = []
        for _ in range(3):
            read_models.create(INDEX, FIELDS)
            read_models.put(INDEX, [a_document("a", total=len(seen))])
            seen.append(read_models.revision(INDEX, TENANT))
            read_models.drop(INDEX)
            seen.append(read_models.revision(INDEX, TENANT))

        assert set(seen) == {None} or len(seen) == len(set(seen))

    def test_what_need_not_be_visible_is_so_once_it_has_settled(
        self, read_models: IndexedReadModels
    ):
        """And can be got before, as a projection folds on from it."""
        read_models.create(INDEX, FIELDS)
        documents = [a_document(f"{n}", total=n) for n in range(20)]

        read_models.put(INDEX, documents, visible=False)
        got = [read_models.get(INDEX, TENANT, each.id) for each in documents]
        read_models.settle(INDEX)

        assert documents == got
        assert documents == read_models.find(INDEX, a_query())
        assert 20 == read_models.count(INDEX)

    def test_all_can_be_paged_through(self, read_models: IndexedReadModels):
        """Of all tenants, in one order, tombstones too; each once, as it is."""
        read_models.create(INDEX, FIELDS)
        documents = [
            a_document(f"{n:02}", n + 1, tenant, total=n)
            for tenant in ("a", "b-c", "b")
            for n in range(7)
        ]
        documents.append(a_tombstone("gone", 3))
        read_models.put(INDEX, random.Random(5).sample(documents, len(documents)), visible=False)
        read_models.settle(INDEX)

        pages, behind = list[Document](), None
        while page := read_models.page(INDEX, behind, 3):
            pages += page
            behind = (page[-1].tenant, page[-1].id)

        assert sorted(documents, key=lambda each: (each.tenant, each.id)) == pages
        assert len(documents) == read_models.count(INDEX)

    def test_a_sample_is_some_of_them(self, read_models: IndexedReadModels):
        """Each once, as it is; another seed draws others; all, if there are no more."""
        read_models.create(INDEX, FIELDS)
        documents = [a_document(f"{n:03}", total=n) for n in range(199)] + [a_tombstone("gone")]
        read_models.put(INDEX, documents)

        first, second = (read_models.sample(INDEX, seed, 20) for seed in (1, 2))
        whole = read_models.sample(INDEX, 3, 1000)

        by_id = {each.id: each for each in documents}
        for drawn in (first, second):
            assert 20 == len(set(ids(drawn)))
            assert [by_id[each.id] for each in drawn] == drawn
        assert set(ids(first)) != set(ids(second))
        assert set(by_id) == set(ids(whole))
        assert [] == read_models.page(ANOTHER, None, 10)
        assert [] == read_models.sample(ANOTHER, 1, 10)
        assert 0 == read_models.count(ANOTHER)


def _random_document(chance: random.Random, number: int) -> Document:
    return a_document(
        f"d{number:03}",
        total=chance.randrange(-5, 20),
        status=chance.choice(["paid", "placed", "Placed", "p", ""]),
        gift=chance.choice([True, False, None]),
        note=chance.choice([None, "a", "b"]),
    )


def _random_filter(chance: random.Random) -> Filter:
    choices: dict[str, Sequence[Scalar]] = {
        "total": range(-6, 21),
        "status": ("paid", "Q", "p", "placed", ""),
        "gift": (True, False),
        "note": ("a", "b", "aa"),
    }
    field = chance.choice(list(choices))
    return Filter(field, chance.choice(list(OPERATORS)), chance.choice(choices[field]))
