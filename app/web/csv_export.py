"""Lists as CSV: the same listing, the same filters, streamed."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from flask import Response, stream_with_context

from app.core import transactions
from app.core.listing import Args, Listing
from app.lib import clock

Columns = Mapping[str, Callable[[Any], Any]]


FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a formula may begin with, also in full width (OWASP, CSV injection)."""


def csv_response(listing: Listing, args: Args, columns: Columns, name: str) -> Response:
    """All rows that match `args`, as a download. `columns` maps each heading to a function of the row."""
    found = stream_with_context(_lines(listing, dict(args), columns))
    response = Response(found, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}-{clock.now():%Y-%m-%d}.csv"'
    return response


def _lines(listing: Listing, args: Args, columns: Columns) -> Iterator[str]:
    yield "\ufeff" + _line(list(columns))
    with transactions.read_only():
        for row in listing.rows(args):
            yield _line([_cell(value(row)) for value in columns.values()])


def _line(cells: list[Any]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()


def _cell(value: Any) -> str:
    """Text that a spreadsheet cannot take for a formula."""
    if value is None:
        return ""
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    return "'" + text if text.startswith(FORMULA) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
