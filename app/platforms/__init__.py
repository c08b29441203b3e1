"""The outside networks: one small module each, which knows neither Flask nor the database.

A connector is a module with `SPEC = Platform(…)` and functions named after capabilities (see `connector.py` for
their signatures). It reaches the world only through the `Context` it is given. `registry.py` is the one list.
"""
