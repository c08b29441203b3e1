"""The settings of a process that runs until a signal, and its log."""

from __future__ import annotations

import logging
import sys

from app.environment import Environment, EnvironmentInvalid
from app.lib import logs


def process_settings() -> Environment:
    """All that such a process needs. When the environment lacks it: prints what to correct and ends with status 2."""
    logs.install()
    logging.basicConfig(level=logging.INFO, format="%(asctime)sZ %(levelname)s %(name)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        return Environment.from_env().require_complete()
    except EnvironmentInvalid as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None
