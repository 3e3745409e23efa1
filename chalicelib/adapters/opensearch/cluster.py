"""A cluster, and its client: connections that are kept, TLS that is verified, requests signed."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Any, Final

from chalicelib.adapters.web import service_url
from chalicelib.kernel.errors import Misconfigured

CONNECTIONS: Final = 32
_DOMAIN: Final = "es"
"""What requests are signed for. A serverless collection lacks what read models need."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where OpenSearch answers, and as whom it is asked.

    With a region, requests are signed with AWS's credentials, for a domain there. Else ``user`` and
    ``password`` are told, if there are any.
    """

    url: str
    region: str = ""
    user: str = ""
    password: str = field(default="", repr=False)


def connect(cluster: Cluster) -> Any:
    """Return a client, which connects with its first request; raises Misconfigured."""
    from opensearchpy import OpenSearch  # noqa: PLC0415 - its import takes 250 ms

    # On its own, it would log whole requests and answers for whoever logs at DEBUG.
    logging.getLogger("opensearch").setLevel(logging.CRITICAL)
    logging.getLogger("opensearchpy.trace").setLevel(logging.CRITICAL)
    return OpenSearch(
        [service_url(cluster.url, "an OpenSearch cluster")],
        http_auth=_authentication(cluster),
        pool_maxsize=CONNECTIONS,
        max_retries=0,  # the callers retry: they know the budget, and what may be repeated
    )


def _authentication(cluster: Cluster) -> Any:
    if cluster.region:
        return _signer(cluster)
    return (cluster.user, cluster.password) if cluster.user or cluster.password else None


def _signer(cluster: Cluster) -> Any:
    from botocore.session import Session  # noqa: PLC0415 - only who signs needs it
    from opensearchpy import Urllib3AWSV4SignerAuth  # noqa: PLC0415 - as above

    credentials = Session().get_credentials()
    if credentials is None:
        raise Misconfigured("requests to OpenSearch can't be signed: AWS credentials are missing")
    return Urllib3AWSV4SignerAuth(credentials, cluster.region, _DOMAIN)
