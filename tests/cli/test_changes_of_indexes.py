"""``nexus projections switch``, ``roll-back``, ``retire`` and ``discard`` that come to nothing."""

from __future__ import annotations

import pytest

from chalicelib.services.rebuilds import Rebuilder
