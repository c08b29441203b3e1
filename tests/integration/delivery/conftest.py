"""What several files of this folder begin with."""

from __future__ import annotations

from tests.integration.publishing.conftest import doubted

__all__ = ["doubted"]
