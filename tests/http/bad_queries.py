"""Bad queries, in one place: those that are refused, and those that find what they say and no more.

Both tables hold for read models of either kind; ``test_bad_queries`` asks them of both.
"""

from __future__ import annotations

from urllib.parse import quote

from chalicelib.domain.orders.projections import OrderDetails, order_details
from chalicelib.services.query_language import QueryLanguage
from chalicelib.services.read_models import Document

ORDERS = "/api/orders?"
NO_FIELDS = (
    "_id", "_source", "_index", "_all", "_tenant", "_exists_", "_score", "tenant", "tenant[gte]",
    "id", "found", "body", "size", "seal", "words", "words[gte]", "long", "parts", "fields",
    "fields.status", "parts.totalAmount.high", "status.keyword", "status^5", "status*", "*", "?",
    "query", "query_string", "query[match_all]", "script", "source", "source_content_type", "aggs",
    "search_after", "scroll", "pit", "explain", "pretty", "filter_path", "routing", "preference",
    "search_type", "error_trace", "ignore_unavailable", "index", "track_total_hits",
    "doc['status'].value", "params._source", "${jndi:ldap://127.0.0.1/x}", "__proto__",
    "\U0001f600", "status\n", "status\x1b[31m", "STATUS", "total_amount", "orderId ",
    "body) OR (1=1",
)  # fmt: skip
"""Names that mean something to one store or the other, and are no fields of an order."""
NO_OPERATORS = (
    "ne", "not", "in", "nin", "or", "like", "regex", "regexp", "prefix", "wildcard", "exists",
    "script", "match", "from", "to", "gtt", "g",
)  # fmt: skip
NO_ORDERS = (
    "", "-", "--placedAt", "_score", "_id", "_doc", "_shard_doc", "_script", "_geo_distance",
    "fields.placedAt", "placedAt:asc", "+placedAt", "placedAt desc", "-placedAt.keyword",
    '{"_script":{"script":"1","type":"number"}}', "lines", "tenant", "id", "words", "\0",
)  # fmt: skip
NO_LIMITS = (
    "",
    "-1",
    "1.0",
    "1e2",
    "0x10",
    " 1",
    "201",
    "9999",
    "NaN",
    "Infinity",
    "*",
    "1" * 5000,
)
NO_NUMBERS = (
    "NaN", "Infinity", "-Infinity", "1e400", "0x10", "--1", "", " ", "null", "true", "[1]", "1,2",
    "9223372036854775808", "-9223372036854775808", "1" * 500, "*", "[1 TO 2]", ">=1", "1\0",
    '{"gte":0}', "now", "1; ctx._source.remove('x')",
)  # fmt: skip
NO_TIMES = (
    "now", "now-1d/d", "2026-01-01||/M", "*", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59",
    "2026-13-01T00:00:00Z", "2026-01-01T25:00:00Z", "2026-01-01T00:00:00.0000001Z", "1767225600000",
)  # fmt: skip
VALUES = (
    "*", "?", "c-?", "c-*", "*:*", "/.*/", "/c-[0-9]/", "c-1~", "c-1~2", "c-1^5", '"c-1"',
    "[a TO z]", "{a TO *}", "c-1 OR c-2", "c-1 AND NOT x", "_exists_:tenant", "tenant:other",
    "c-1%", "c-_",
    '{"match_all":{}}', '{"query":{"match_all":{}}}', '"}},{"match_all":{}},{"term":{"x":"',
    "doc['tenant'].value", "params._source", "ctx._source.tenant='x'", "return true;", "c-1\\",
    "' OR '1'='1", "c-1'; DROP TABLE documents;--", "<script>alert(1)</script>", "../../_search",
    "${jndi:ldap://127.0.0.1/x}", "{{7*7}}", "c-1\0", "\0", "\x1b[2J", "\r\nX-Evil: 1", "\u202ec-1",
    "(a+)+$", "(?=x)", "^c-1$", ".*", "x" * 500, "\U0010ffff" * 100, "\U0001f600" * 500,
    "e\u0301", "C-1",
    "other/c-1", "default/c-1", "", " ", "null", "true", "9" * 400, "x y",
)  # fmt: skip
"""Values that mean something to one store or the other; no customer is called so."""


def a_cursor(
    *parameters: tuple[str, str],
    tenant: str = "default",
    index: str = order_details.index,
    value: object = "2026",
    name: str = "o-1",
    sort: str = "-placedAt",
) -> str:
    """A cursor of a list of orders, or of one that only looks like it; its seal is right."""
    language = QueryLanguage(index, OrderDetails)
    query = language.query(tenant, [*parameters, ("sort", sort)], {}, sort)
    fields: dict[str, object] = {sort.removeprefix("-"): value}
    return language.cursor(query, Document(tenant, name, 1, b"{}", fields))  # type: ignore[arg-type] # a forger's


def repeated(count: int, parameter: str = "version[gt]=0") -> str:
    """A target with that many parameters."""
    return ORDERS + "&".join([parameter] * count)


def asked(name: str, value: str) -> str:
    """A target with one parameter, percent-encoded."""
    return f"{ORDERS}{quote(name, safe='[]')}={quote(value, safe='')}"


def table(prefix: str, values: tuple[str, ...], name: str, said: str) -> dict[str, tuple[str, str]]:
    """A parameter that has no such values."""
    return {
        f"{prefix}-{number}-{value[:12]!a}": (asked(name, value), said)
        for number, value in enumerate(values)
    }


REFUSED = {
    "field": ("/api/orders?colour=red", "colour"),
    "operator": ("/api/orders?totalAmount[like]=5", "totalAmount[like]"),
    "integer": ("/api/orders?version=1_0", "1_0"),
    "integer-signed": ("/api/orders?version=%2B1", "version"),
    "integer-spaced": ("/api/orders?version=%201", "version"),
    "integer-arabic": ("/api/orders?version=%D9%A1", "version"),
    "integer-zeros": ("/api/orders?version=01", "01"),
    "amount": ("/api/orders?totalAmount=1.001", "1.001"),
    "amount-underscore": ("/api/orders?totalAmount=1_0", "1_0"),
    "amount-signed": ("/api/orders?totalAmount=%2B1", "totalAmount"),
    "amount-exponent": ("/api/orders?totalAmount=1e2", "1e2"),
    "amount-arabic": ("/api/orders?totalAmount=%D9%A1", "totalAmount"),
    "amount-nan": ("/api/orders?totalAmount=NaN", "NaN"),
    "time-basic": ("/api/orders?placedAt[gt]=20250101", "20250101"),
    "time-day": ("/api/orders?placedAt[gt]=2025-01-01", "2025-01-01"),
    "time-week": ("/api/orders?placedAt[gt]=2025-W01-1T00:00:00Z", "2025-W01"),
    "time-no-zone": ("/api/orders?placedAt[gt]=2025-01-01T00:00:00", "placedAt[gt]"),
    "day-basic": ("/api/sales?day=20250101", "20250101"),
    "day-none": ("/api/sales?day=2025-02-30", "2025-02-30"),
    "flag": ("/api/orders?feedbackInvited=yes", "yes"),
    "sort": ("/api/orders?sort=colour", "colour"),
    "cursor": ("/api/orders?cursor=x", "cursor"),
    "cursor-of-another-query": (f"/api/orders?cursor={a_cursor(('status', 'paid'))}", "belong"),
    "cursor-of-another-tenant": (f"/api/orders?cursor={a_cursor(tenant='other')}", "belong"),
    "cursor-of-another-list": (f"/api/customers/c-1/orders?cursor={a_cursor()}", "belong"),
    "cursor-of-another-index": (
        f"/api/orders?cursor={a_cursor(index='order-details-v1')}",
        "begin anew",
    ),
    "cursor-of-a-rebuild": (
        f"/api/orders?cursor={a_cursor(index=order_details.index + '-r2')}",
        "begin anew",
    ),
    "cursor-of-another-kind": (f"/api/orders?cursor={a_cursor(value=7)}", "begin anew"),
    "cursor-changed": (f"/api/orders?cursor={a_cursor()[:-4]}AAAA", "cursor"),
    "cursor-cut": (f"/api/orders?cursor={a_cursor()[:-9]}", "cursor"),
    "cursor-long": (f"/api/orders?cursor={'A' * 60_000}", "cursor"),
    "cursor-deep": (f"/api/orders?cursor={'W1tb' * 12_000}", "cursor"),
    "cursor-empty": ("/api/orders?cursor=", "cursor"),
    "cursor-twice": (f"/api/orders?cursor={a_cursor()}&cursor={a_cursor()}", "more than once"),
    "offset": ("/api/orders?offset=1000000", "no such field"),
    "page": ("/api/orders?page=1000000", "no such field"),
    "from": ("/api/orders?from=1000000&size=1000", "no such field"),
    "filter-open": ("/api/orders?totalAmount[gte=5", "totalAmount[gte"),
    "filter-closed": ("/api/orders?totalAmount]gte[=5", "no such field"),
    "filter-empty": ("/api/orders?totalAmount[]=5", "no such field"),
    "filter-nested": ("/api/orders?totalAmount[gte][lte]=5", "no such field"),
    "filter-case": ("/api/orders?totalAmount[GTE]=5", "no such field"),
    "filter-nameless": ("/api/orders?=5", "no such field"),
    "filter-of-items": ("/api/orders?lines=x", "no such field"),
    "filter-within-items": ("/api/orders?lines.productId=x", "no such field"),
    "filter-tenant": ("/api/orders?tenant=other", "no such field"),
    "filter-internal": ("/api/orders?__class__=x", "no such field"),
    "filter-script": ("/api/orders?script[source]=ctx", "no such field"),
    "filter-dollar": ("/api/orders?status[$ne]=paid", "no such field"),
    "filter-sql": ("/api/orders?status'%20OR%201=1%20--=x", "no such field"),
    "filter-sql-path": ("/api/orders?$.status=x", "no such field"),
    "filter-json": ("/api/orders?%7B%22match_all%22:%7B%7D%7D=x", "no such field"),
    "filter-null": ("/api/orders?status%00=paid", "no such field"),
    "value-sql": ("/api/orders?totalAmount=1;DROP%20TABLE%20documents", "is no amount"),
    "value-long": (f"/api/orders?customerId={'x' * 501}", "is no text"),
    "value-huge-number": (f"/api/orders?version={'9' * 400}", "is no integer"),
    "conditions-101": (repeated(101), "at most 100 conditions, not 101"),
    "conditions-thousands": (repeated(4_500), "at most 100 conditions, not 4500"),
    "unknown-thousands": (repeated(10_000, "x=1"), "at most 100 conditions, not 10000"),
    "limits-thousands": (repeated(5_000, "limit=1"), "limit is given more than once"),
    "totals-conditions": (repeated(101, "totalAmount=1").replace("orders", "sales"), "not 101"),
    "totals-paging": ("/api/sales?limit=5", "limit"),
    "totals-cursor": (f"/api/sales?cursor={a_cursor()}", "cursor"),
    "totals-search": ("/api/sales?q=paid", "no such field"),
    "sort-sql": ("/api/orders?sort=placedAt;DROP%20TABLE%20documents", "can't sort by"),
    "sort-twice": ("/api/orders?sort=placedAt,version", "can't sort by"),
    "sort-optional": ("/api/orders?sort=carrier", "can't sort by"),
    "sort-long": (f"/api/orders?sort={'x' * 5_000}", "can't sort by"),
    "search-wildcards": ("/api/orders?q=" + "*" * 100, "q is 1 to 10 words"),
    "search-percent": ("/api/orders?q=%25", "q is 1 to 10 words"),
    "search-question-marks": ("/api/orders?q=%3F%3F%3F", "q is 1 to 10 words"),
    "search-many": ("/api/orders?q=" + "a*+" * 11, "q is 1 to 10 words"),
    "search-huge": ("/api/orders?q=" + "a" * 60_000, "q is 1 to 10 words"),
    "search-twice": ("/api/orders?q=a&q=b", "q is given more than once"),
    "cursor-of-stream": ("/api/orders?cursor=1-1", "cursor"),
    "limit-0": ("/api/orders?limit=0", "limit"),
    "limit-10000": ("/api/orders?limit=10000", "limit"),
    "limit-arabic": ("/api/orders?limit=%D9%A1", "limit"),
    "limit-twice": ("/api/orders?limit=1&limit=2", "limit"),
    "search": ("/api/orders?q=%20", "q"),
    "totals": ("/api/sales?colour=red", "colour"),
    "one": ("/api/orders/o-1?limit=1", "no parameters"),
    **{
        f"no-field-{number}-{name[:12]!a}": (asked(name, "x"), "no such field")
        for number, name in enumerate(NO_FIELDS)
    },
    **{
        f"no-operator-{name}": (asked(f"status[{name}]", "paid"), "no such operator")
        for name in NO_OPERATORS
    },
    **table("no-order", NO_ORDERS, "sort", "can't sort by"),
    **table("no-limit", NO_LIMITS, "limit", "limit is a whole number from 1 to 200"),
    **table("no-integer", NO_NUMBERS, "version", "is no integer"),
    **table("no-integer-from", NO_NUMBERS, "version[gte]", "is no integer"),
    **table("no-amount", NO_NUMBERS, "totalAmount", "is no amount"),
    **table("no-time", NO_TIMES, "placedAt[gte]", "is no time"),
    **table("no-status", ("PAID", "paid ", "*", "", "_all", "paid,placed"), "status", "is none of"),
    **table("no-flag", ("1", "TRUE", "", "null", "yes"), "feedbackInvited", "is no boolean"),
    "value-501": (asked("customerId", "\U0001f600" * 501), "is no text"),
    "search-thousands": (ORDERS + "q=" + "a+" * 4000, "q is 1 to 10 words"),
    "search-of-501": (ORDERS + "q=" + "a" * 501, "q is 1 to 10 words"),
    "search-null": (ORDERS + "q=%00", "q is 1 to 10 words"),
    "search-empty": (ORDERS + "q=", "q is 1 to 10 words"),
    "search-lucene": (ORDERS + "q=*:*", "q is 1 to 10 words"),
    "search-regex": (ORDERS + "q=/.*/", "q is 1 to 10 words"),
    "search-expands": (ORDERS + "q=" + "%EF%B7%BA+" * 6, "q is 1 to 10 words"),
    "cursor-null": (ORDERS + f"cursor={a_cursor(value=None)}", "begin anew"),
    "cursor-flag": (
        ORDERS + f"sort=version&cursor={a_cursor(value=True, sort='version')}",
        "begin anew",
    ),
    "cursor-nan": (
        ORDERS + f"sort=version&cursor={a_cursor(value=float('nan'), sort='version')}",
        "begin anew",
    ),
    "cursor-of-another-order": (ORDERS + f"sort=placedAt&cursor={a_cursor()}", "belong"),
    "cursor-and-a-search": (ORDERS + f"q=c&cursor={a_cursor()}", "belong"),
    "cursor-and-a-filter": (ORDERS + f"status=paid&cursor={a_cursor()}", "belong"),
    "cursor-with-more": (ORDERS + f"cursor={a_cursor()}AAAA", "cursor"),
    "cursor-null-bytes": (ORDERS + "cursor=" + "%00" * 100, "cursor"),
    "cursor-not-ascii": (ORDERS + "cursor=%F0%9F%98%80", "cursor"),
    "cursor-search-after": (ORDERS + "cursor=" + quote('["2026-01-01T00:00:00Z","o-1"]'), "cursor"),
    "customer-star": ("/api/customers/*/orders", "customerId"),
    "customer-of-another-tenant": ("/api/customers/other%2Fc-1/orders", "customerId"),
    "order-of-another-tenant": ("/api/orders/other%2Fsecret", "orderId"),
    "order-by-key": ("/api/orders/default%2Fo-1", "orderId"),
    "order-by-path": ("/api/orders/..%2F_search", "orderId"),
    "one-filtered": ("/api/orders/o-1?tenant=other", "no parameters"),
}
"""What is sent, and what the answer must name."""

FOUND = {
    **{
        f"value-{number}-{value[:12]!a}": (asked("customerId", value), ())
        for number, value in enumerate(VALUES)
    },
    "above-all": (asked("customerId[gt]", "\U0010ffff"), ()),
    "below-all": (asked("customerId[lt]", ""), ()),
    "null-stands-for-what-no-store-can-hold": (asked("customerId[lt]", "\0"), ("o-1", "o-2")),
    "from-a-surrogate": (ORDERS + "customerId[gte]=%ED%A0%80", ()),
    "surrogate": (ORDERS + "customerId=%ED%A0%80", ()),
    "no-utf-8": (ORDERS + "customerId=%FF%FE", ()),
    "largest-number": (asked("version[gt]", str(2**63 - 1)), ()),
    "least-number": (asked("version[lt]", str(1 - 2**63)), ()),
    "largest-amount": (asked("totalAmount[gte]", "92233720368547758.07"), ()),
    "first-time": (asked("placedAt[lt]", "0001-01-01T00:00:00Z"), ()),
    "last-time": (asked("placedAt[gt]", "9999-12-31T23:59:59Z"), ()),
    "never-both": (ORDERS + "version[gt]=1&version[lt]=1", ()),
    "a-hundred": (repeated(100), ("o-1", "o-2")),
    "a-hundred-that-none-has": (repeated(100, "customerId=x"), ()),
    "search-of-500": (ORDERS + "q=" + "a" * 500, ()),
    "search-of-10": (ORDERS + "q=" + "c+" * 10, ("o-1", "o-2")),
    "search-of-parts": (ORDERS + "q=id", ()),
    "search-not": (ORDERS + "q=NOT+placed", ()),
    "search-or": (ORDERS + "q=nothing+OR+placed", ()),
    "search-a-pattern": (ORDERS + "q=pla*d", ()),
    "search-fuzzily": (ORDERS + "q=plaxed~1", ()),
    "search-another-tenant": (ORDERS + "q=secret", ()),
    "search-another-name": (ORDERS + "q=other", ()),
    "search-in-full-width": (
        ORDERS + "q=" + "%EF%BD%90%EF%BD%8C%EF%BD%81%EF%BD%83",
        ("o-1", "o-2"),
    ),
    "both-customers": ("/api/customers/c-1/orders?customerId=c-2", ()),
    "customer-all": ("/api/customers/_all/orders", ()),
    "customer-search": ("/api/customers/_search/orders", ()),
    "another-tenants-customer": ("/api/customers/secret/orders", ()),
    "forged-end": (ORDERS + f"cursor={a_cursor(value='')}", ()),
    "forged-beginning": (ORDERS + f"cursor={a_cursor(value='~')}", ("o-1", "o-2")),
    "forged-surrogate": (ORDERS + f"cursor={a_cursor(value=chr(0xD800))}", ("o-1", "o-2")),
    "forged-null": (ORDERS + f"cursor={a_cursor(value=chr(0))}", ("o-1", "o-2")),
    "forged-long": (ORDERS + f"cursor={a_cursor(value='~' * 12_000)}", ("o-1", "o-2")),
    "forged-id": (ORDERS + f"cursor={a_cursor(value='~', name='x' * 12_000)}", ("o-1", "o-2")),
    "forged-other": (ORDERS + f"cursor={a_cursor(value='~', name='other/secret')}", ("o-1", "o-2")),
    **{
        f"forged-{sort}-{value}": (
            ORDERS + f"sort={sort}&cursor={a_cursor(value=value, sort=sort)}",
            ("o-1", "o-2") if (value > 0) == (sort == "-version") else (),
        )
        for sort in ("version", "-version")
        for value in (2**63 - 1, 2**63, 2**70, 10**4000, -(2**63), -(2**70), -(10**4000))
    },
}
"""What is sent, and the orders that it finds: no value is a pattern, no forged cursor leads out."""
MISSING = ("_search", "_mapping", "_all", "_id", "_source", "_mget", ".kibana", "secret", "o-1.put",
           "~", "x" * 128)  # fmt: skip
"""Names of what each tenant's store, or another tenant, may have, and this one has no order of."""
