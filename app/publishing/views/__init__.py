"""Pages of publishing: the queue, records, one record and its verbs, holds, and our own public site."""

from __future__ import annotations

from app.publishing.views import answers, holds, jobs, moves, plan, record, records, site, twins  # noqa: F401  (register their routes)
from app.publishing.views.blueprint import bp
from app.publishing.views.site import bp as site_bp

BLUEPRINTS = (bp, site_bp)
