"""What the tests of backups share."""

from __future__ import annotations

import psycopg

PICTURE = b"not a real picture, but its bytes"


def rows(settings, query):
    with psycopg.connect(settings.libpq_url) as link:
        return link.execute(query).fetchall()


def run(app, *words):
    return app.test_cli_runner().invoke(args=list(words))
