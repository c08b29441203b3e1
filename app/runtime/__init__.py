"""What `make run` starts: PostgreSQL and Valkey from their wheels, and the supervisor that owns every process.

`postgres.Postgres(data).start() -> url` and `valkey.Valkey(data).start() -> url`, both with `.stop()`, are all that the
tests need. Facts behind the choices: docs/decisions/embedded-servers.md.
"""
