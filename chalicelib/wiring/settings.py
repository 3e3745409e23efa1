"""Settings: read once from ``NEXUS_*``, and all that is wrong with them told at once."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import Misconfigured
from chalicelib.services.governance.policy_engine import DEFAULT_LIMIT_MS
from chalicelib.services.rate_limits import DEFAULT_TEMPORAL_RATE
from chalicelib.services.snapshot_manager import DEFAULT_INTERVAL

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_PORT: Final = 8000
DEFAULT_CONNECTIONS: Final = 512
"""Each takes a thread and a file descriptor, of which a process often has no more than 1,024."""
DEFAULT_DATA: Final = Path(".data")
DEVELOPER: Final = "developer"
JWT: Final = "jwt"
LOCAL_ISSUER: Final = "nexus-local"
DEFAULT_AUDIENCE: Final = "nexus"
FILES: Final = "files"
GLUE: Final = "glue"
CONFLUENT: Final = "confluent"
PROVIDERS: Final = (FILES, GLUE, CONFLUENT)
DEFAULT_REGISTRY_AGE: Final = 60
RELEASED: Final = "released"
_NUMBER: Final = re.compile(r"[0-9]{1,9}")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
DEFAULT_PREFIX: Final = "nexus-"
DEFAULT_REFRESH: Final = 500
_PREFIX: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")


@dataclass(frozen=True, slots=True)
class RegistrySettings:
    """Where schemas are registered."""

    provider: str = FILES
    place: str = ""
    """Glue: the registry's name. Confluent: its URL. Files: a folder. Empty: the usual place."""
    user: str = ""
    password: str = field(default="", repr=False)
    """With the user, what a Confluent registry is told; empty: nothing."""
    max_age: int = DEFAULT_REGISTRY_AGE
    """Seconds after which the newest version of a type is asked for again."""


@dataclass(frozen=True, slots=True)
class PolicySettings:
    """Which policies may decide, and for how long."""

    digest: str = ""
    """The bundle's SHA-256 in hex; ``released``: any in the ledger; empty: whatever is there."""
    limit_ms: int = DEFAULT_LIMIT_MS


@dataclass(frozen=True, slots=True)
class OpenSearchSettings:
    """Where read models lie, if not in the data folder."""

    url: str = ""
    """Empty: in the data folder."""
    region: str = ""
    """With it, requests are signed for AWS."""
    user: str = ""
    password: str = field(default="", repr=False)
    prefix: str = DEFAULT_PREFIX
    """Of all indexes: no two systems may share it."""
    refresh: int = DEFAULT_REFRESH
    """Milliseconds until what was written can be found."""
    shards: int = 1
    replicas: int = 1


@dataclass(frozen=True, slots=True)
class TokenSettings:
    """Whose bearer tokens are believed."""

    issuer: str = LOCAL_ISSUER
    audience: str = DEFAULT_AUDIENCE
    keys: str = ""
    """The file or URL of the issuer's key set (JWKS); empty: the data folder's own issuer."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How this process runs."""

    port: int = DEFAULT_PORT
    data: Path = DEFAULT_DATA
    """The folder that all state lies in."""
    auth: str = DEVELOPER
    snapshot_interval: int = DEFAULT_INTERVAL
    """Commits from one snapshot to the next."""
    connections: int = DEFAULT_CONNECTIONS
    """Of the local server, at a time; others wait."""
    temporal_rate: int = DEFAULT_TEMPORAL_RATE
    """Reads of the past per second that each caller may make; twice as many at once."""
    max_staleness: int = 0
    """Seconds that an answer may be given again where an index can't tell if it has changed."""
    registry: RegistrySettings = RegistrySettings()
    tokens: TokenSettings = TokenSettings()
    policies: PolicySettings = PolicySettings()
    opensearch: OpenSearchSettings = OpenSearchSettings()

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Settings:
        """Read the environment; raises Misconfigured, which names every setting that is wrong."""
        reader = _Reader(environ)
        settings = cls(
            port=reader.number("NEXUS_PORT", DEFAULT_PORT, range(65_536)),
            data=Path(environ.get("NEXUS_DATA") or DEFAULT_DATA),
            auth=reader.choice("NEXUS_AUTH", DEVELOPER, (DEVELOPER, JWT)),
            snapshot_interval=reader.number(
                "NEXUS_SNAPSHOT_INTERVAL", DEFAULT_INTERVAL, range(1, 1_001)
            ),
            connections=reader.number("NEXUS_CONNECTIONS", DEFAULT_CONNECTIONS, range(1, 10_001)),
            temporal_rate=reader.number(
                "NEXUS_TEMPORAL_RATE", DEFAULT_TEMPORAL_RATE, range(1, 100_001)
            ),
            max_staleness=reader.number("NEXUS_MAX_STALENESS", 0, range(86_401)),
            registry=reader.registry(),
            opensearch=reader.opensearch(),
            tokens=reader.tokens(),
            policies=reader.policies(),
        )
        if reader.faults:
            raise Misconfigured("; ".join(reader.faults))
        return settings


class _Reader:
    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.faults: list[str] = []

    def number(self, name: str, default: int, allowed: range) -> int:
        text = self._environ.get(name, "")
        if not text:
            return default
        if _NUMBER.fullmatch(text) and int(text) in allowed:
            return int(text)
        span = f"from {allowed[0]} to {allowed[-1]}"
        self.faults.append(f"{name}={text!r} is no whole number {span}")
        return default

    def registry(self) -> RegistrySettings:
        provider = self.choice("NEXUS_REGISTRY", FILES, PROVIDERS)
        place = self._environ.get(f"NEXUS_REGISTRY_{'URL' if provider == CONFLUENT else 'NAME'}")
        if provider == CONFLUENT and not place:
            self.faults.append(
                "NEXUS_REGISTRY_URL is missing, which NEXUS_REGISTRY=confluent needs"
            )
        return RegistrySettings(
            provider=provider,
            place=place or "",
            user=self._environ.get("NEXUS_REGISTRY_USER", ""),
            password=self._environ.get("NEXUS_REGISTRY_PASSWORD", ""),
            max_age=self.number("NEXUS_REGISTRY_MAX_AGE", DEFAULT_REGISTRY_AGE, range(1, 86_401)),
        )

    def opensearch(self) -> OpenSearchSettings:
        prefix = self._environ.get("NEXUS_OPENSEARCH_PREFIX") or DEFAULT_PREFIX
        if not _PREFIX.fullmatch(prefix):
            self.faults.append(
                f"NEXUS_OPENSEARCH_PREFIX={prefix!r} is not made of small letters, digits and -"
            )
        return OpenSearchSettings(
            url=self._environ.get("NEXUS_OPENSEARCH_URL", ""),
            region=self._environ.get("NEXUS_OPENSEARCH_REGION", ""),
            user=self._environ.get("NEXUS_OPENSEARCH_USER", ""),
            password=self._environ.get("NEXUS_OPENSEARCH_PASSWORD", ""),
            prefix=prefix,
            refresh=self.number("NEXUS_OPENSEARCH_REFRESH", DEFAULT_REFRESH, range(10, 5_001)),
            shards=self.number("NEXUS_OPENSEARCH_SHARDS", 1, range(1, 101)),
            replicas=self.number("NEXUS_OPENSEARCH_REPLICAS", 1, range(6)),
        )

    def tokens(self) -> TokenSettings:
        keys = self._environ.get("NEXUS_JWKS", "")
        names = ("NEXUS_JWT_ISSUER", "NEXUS_JWT_AUDIENCE")
        issuer, audience = (self._environ.get(name, "") for name in names)
        for name, value in zip(names, (issuer, audience), strict=True):
            if keys and not value:
                self.faults.append(f"{name} is missing, which NEXUS_JWKS needs")
        return TokenSettings(issuer or LOCAL_ISSUER, audience or DEFAULT_AUDIENCE, keys)

    def policies(self) -> PolicySettings:
        digest = self._environ.get("NEXUS_POLICY_DIGEST", "")
        if digest not in {"", RELEASED} and not _DIGEST.fullmatch(digest):
            self.faults.append(
                f"NEXUS_POLICY_DIGEST={digest!r} is neither 64 hex digits in lower case "
                f"nor {RELEASED}"
            )
        limit_ms = self.number("NEXUS_POLICY_LIMIT_MS", DEFAULT_LIMIT_MS, range(1, 60_001))
        return PolicySettings(digest, limit_ms)

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        text = self._environ.get(name) or default
        if text not in allowed:
            self.faults.append(f"{name}={text!r} is none of: {', '.join(allowed)}")
        return text
