"""Makes the asserts of the contracts explain their failures, as those of test files do."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.register_assert_rewrite(
    *(f"tests.contract.{file.stem}" for file in Path(__file__).parent.glob("*.py"))
)
