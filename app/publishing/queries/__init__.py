"""Page reads of publishing: lists, one record with all it needs, open holds, the posts of our own site."""

from __future__ import annotations
