"""DeveloperIdentity: whoever sits at the machine, and nobody on AWS."""

from __future__ import annotations

import pytest

from chalicelib.adapters.embedded.identity import DeveloperIdentity
from chalicelib.kernel.commit import Principal
from chalicelib.kernel.errors import Misconfigured


def test_everyone_is_the_developer():
    """Whatever a request carries."""
    identity = DeveloperIdentity(environment={})

    expected = Principal("developer", "developer", "default", ("developer",))
    assert expected == identity.principal({})
    assert expected == identity.principal({"authorization": "Bearer of nothing"})


@pytest.mark.requirement("R12")
@pytest.mark.parametrize("name", ["AWS_LAMBDA_FUNCTION_NAME", "AWS_EXECUTION_ENV"])
def test_there_is_no_developer_on_aws(monkeypatch, name):
    """It refuses to exist there, by the process's own environment, whatever the settings say."""
    monkeypatch.setenv(name, "nexus-commands")

    with pytest.raises(Misconfigured, match=f"{name} is set, so this is AWS"):
        DeveloperIdentity()
