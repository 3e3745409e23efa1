from datetime import UTC, datetime

import pytest

from chalicelib.entrypoints.http import headers
from chalicelib.entrypoints.http.errors import UnsupportedMediaType
from chalicelib.kernel.errors import InvalidInput

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "version"),
    [('"7"', 7), ('"7.0123456789abcdef"', 7), ('"0"', 0), ('"123456789"', 123456789)],
)
def test_a_strong_tag_is_a_version(value, version):
    """If-Match takes what ETag gave."""
    assert version == headers.version("If-Match", value)


@pytest.mark.parametrize(
    "value", ["7", "*", 'W/"7"', '"7", "8"', '"07"', '"-1"', '"x"', '""', "", '"\u0667"', '"7" ']
)
def test_no_other_tag_is(value):
    """Whatever could mean something else is refused with an explanation, and never ignored."""
    with pytest.raises(InvalidInput) as refused:
        headers.version("If-Match", value)
    assert ["If-Match"] == [fault.pointer for fault in refused.value.faults]


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2026-01-31T12:00:00Z", NOON),
        ("2026-01-31t12:00:00z", NOON),
        ("2026-01-31T13:30:00+01:30", NOON),
        ("2026-01-31T12:00:00.000001Z", NOON.replace(microsecond=1)),
        ("2026-01-31T12:00:00.5-00:00", NOON.replace(microsecond=500_000)),
    ],
)
def test_a_moment_is_rfc_3339(value, moment):
    """The same instant is the same value, whichever zone it was told in."""
    actual = headers.moment("Nexus-Effective-At", value)
    assert (moment, UTC) == (actual, actual.tzinfo)


@pytest.mark.parametrize(
    "value",
    [
        "2026-01-31T12:00:00",
        "2026-01-31",
        "2026-01-31 12:00:00Z",
        "20260131T120000Z",
        "2026-02-30T12:00:00Z",
        "2026-01-31T12:00:60Z",
        "2026-01-31T12:00:00.1234567Z",
        "0001-01-01T00:00:00+23:59",
        "1699-12-31T23:59:59Z",
        "2200-01-01T00:00:00Z",
        "2026-W05-6T12:00:00Z",
        "noon",
        "",
    ],
)
def test_no_other_moment_is(value):
    """A time without a zone is many times; one that no calendar has is none.

    Beyond 64 bits of nanoseconds no policy could decide.
    """
    with pytest.raises(InvalidInput):
        headers.moment("Nexus-Effective-At", value)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("wait=2", 2.0),
        ("wait=0.5", 0.5),
        ('respond-async, wait="10"', 10.0),
        ("wait = 3 ; x=1, return=minimal", 3.0),
        ("", 0.0),
        ("return=minimal", 0.0),
        ("wait", 0.0),
        ("wait=soon", 0.0),
        ("wait=-1", 0.0),
        ("await=5", 0.0),
    ],
)
def test_a_preference_is_a_wish(value, seconds):
    """RFC 7240: what can't be understood is ignored, not refused."""
    assert seconds == headers.wait(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('"7"', True),
        ('W/"7"', True),
        ('"6", "7"', True),
        ("*", True),
        ('"77"', False),
        ("7", False),
        ("", False),
    ],
)
def test_a_tag_matches_itself(value, expected):
    """If-None-Match compares weakly, and each of a list."""
    assert expected == headers.matches(value, '"7"')


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("application/json", True),
        ("Application/JSON;q=0.9, text/html;q=0.8", True),
        ("text/html;q=0.5, application/json", True),
        ("application/json, */*;q=0.1", True),
        ("application/json, */*", True),
        ("application/json;q=0", False),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", False),
        ("text/html, application/json", False),
        ("application/json;q=0.2, */*;q=0.8", False),
        ("*/*", False),
        ("image/png", False),
        ("json please", False),
        ("", False),
    ],
)
def test_json_comes_to_those_who_prefer_it(value, expected):
    """A browser, and whoever takes anything, gets the page for people."""
    assert expected == headers.prefers_json(value)


@pytest.mark.parametrize(
    "value",
    [
        "application/json",
        "application/json; charset=utf-8",
        'APPLICATION/JSON;charset="UTF-8"',
        "application/json; profile=x",
    ],
)
def test_json_is_json(value):
    """Parameters don't matter, but for the character set."""
    headers.require_json(value)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "text/plain",
        "text/plain; application/json",
        "application/json, text/plain",
        "application/jsonp",
        "application/x-www-form-urlencoded",
        "application/json; charset=iso-8859-1",
        "*/*",
    ],
)
def test_nothing_else_is(value):
    """A form of another site can be sent without asking first; JSON can't."""
    with pytest.raises(UnsupportedMediaType):
        headers.require_json(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (
            "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
            "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
        ),
        ("", None),
        ("Root=<script>", None),
        ("x" * 257, None),
    ],
    ids=["aws", "none", "malformed", "long"],
)
def test_a_trace_is_kept_if_it_is_one(value, expected):
    """It is stored with the commit, so it must be what it says."""
    assert expected == headers.trace(value)
