"""Groups and sums: a composite aggregation, which gives all groups, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from chalicelib.adapters.opensearch.documents import whole_of
from chalicelib.adapters.opensearch.questions import matching
from chalicelib.services.read_models import Group

if TYPE_CHECKING:
    from chalicelib.adapters.opensearch.layout import Kinds
    from chalicelib.services.read_models import Grouping

AT_ONCE: Final = 10_000
"""Groups in one answer: what they show is of one moment."""
_PARTS: Final = ("high", "middle", "low")


def aggregation(grouping: Grouping, kinds: Kinds, size: int) -> dict[str, Any]:
    """Return the body of the search for the first groups."""
    # The tenant is one, but without any source there could be no groups at all.
    places = ["tenant", *(f"fields.{name}" for name in grouping.by)]
    composite = {"size": size, "sources": [_source(n, place) for n, place in enumerate(places)]}
    parts = {
        f"{number}-{part}": {"sum": {"field": f"parts.{name}.{part}"}}
        for number, name in enumerate(grouping.sums)
        for part in _PARTS
    }
    return {
        "size": 0,
        "query": matching(grouping.tenant, grouping.filters, kinds),
        "aggs": {"groups": {"composite": composite, "aggs": parts}},
    }


def group_of(bucket: Any, grouping: Grouping) -> Group:
    """Return the group that a bucket tells of."""
    values = (bucket["key"][str(number + 1)] for number in range(len(grouping.by)))
    sums = (
        whole_of(*(int(bucket[f"{number}-{part}"]["value"]) for part in _PARTS))
        for number in range(len(grouping.sums))
    )
    return Group(tuple(values), bucket["doc_count"], tuple(sums))


def _source(number: int, place: str) -> dict[str, Any]:
    terms = {"field": place, "missing_bucket": True, "missing_order": "first", "order": "asc"}
    return {str(number): {"terms": terms}}
