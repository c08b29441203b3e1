"""Platforms for tests: separate processes on loopback, reached over real sockets. See `platform.py` for the protocol
of misbehaviour and `client.py` for starting one from a test."""
