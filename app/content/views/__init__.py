"""Pages of content: list, composer, item, pictures."""

from __future__ import annotations

from . import composer, index, moves, pictures, show
from .blueprint import bp

__all__ = ["bp", "composer", "index", "moves", "pictures", "show"]
