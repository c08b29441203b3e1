"""Pages of content: list, composer, item, pictures."""

from __future__ import annotations

from app.content.views import composer, index, moves, pictures, show
from app.content.views.blueprint import bp

__all__ = ["bp", "composer", "index", "moves", "pictures", "show"]
