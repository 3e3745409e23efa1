"""What it means, to people, that HTTP or the limits of this edge rule a request out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalicelib.entrypoints.http import errors as http
from chalicelib.entrypoints.http.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

HTTP_PROBLEMS: Final[Mapping[type[Exception], Problem]] = {
    http.MalformedRequest: Problem(
        "malformed-request",
        "The request is malformed",
        400,
        "It is no HTTP/1.0 or 1.1, or says two things at once, such as two lengths of its body.",
        "Use an HTTP library, and let it set `Content-Length`.",
    ),
    http.NoSuchRoute: Problem(
        "no-such-route",
        "There is nothing here",
        404,
        "No route leads to this path.",
        "`/docs` shows all paths that there are.",
    ),
    http.MethodNotAllowed: Problem(
        "method-not-allowed",
        "Not with this method",
        405,
        "The path is known, but not with this method.",
        "The header `Allow` lists the methods that it knows.",
    ),
    http.RequestTimeout: Problem(
        "request-timeout",
        "The request took too long",
        408,
        "The request was not complete when the time for it was over. Nothing was done.",
        "Send it again, at once and as a whole.",
    ),
    http.LengthRequired: Problem(
        "length-required",
        "The body needs a length",
        411,
        "The body came in chunks, without saying how long it is.",
        "Send the body as it is, with `Content-Length`.",
    ),
    http.BodyTooLarge: Problem(
        "body-too-large",
        "The body is too large",
        413,
        "The body is above the limit that `detail` names. It was not read.",
        "Split the request into smaller ones.",
    ),
    http.TargetTooLong: Problem(
        "target-too-long",
        "The request line is too long",
        414,
        "Path and parameters together take more than 64 KB.",
        "Ask with fewer or shorter parameters.",
    ),
    http.UnsupportedMediaType: Problem(
        "unsupported-media-type",
        "The body must be JSON",
        415,
        "`Content-Type` says that the body is not JSON in UTF-8.",
        "Send `Content-Type: application/json`, and JSON.",
    ),
    http.MisdirectedRequest: Problem(
        "misdirected-request",
        "This is another host",
        421,
        "`Host` names a host that this is not. A system on a laptop answers to `localhost` and "
        "`127.0.0.1` only, as a page of another site could lead a browser here.",
        "Use the address that the system printed when it started.",
    ),
    http.HeadersTooLarge: Problem(
        "headers-too-large",
        "The headers are too large",
        431,
        "A header line is longer than 64 KB, or there are more than 100.",
        "Send fewer or shorter headers; a consistency token may have 4 KB.",
    ),
    http.Unwell: Problem(
        "unwell",
        "The system is not well",
        503,
        "Some part of the system has failed several times in a row.",
        "`health` says which part; `/api/operations/consumers` says what its last error was, and "
        "`/api/operations/projections` what is damaged. Commands may still be accepted, and "
        "queries may lag.",
    ),
}
"""By class, as the table of all problems has them."""
