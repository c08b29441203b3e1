"""A platform that answers in 20 ms: `python -m bench.receiver PORT`, on 127.0.0.1 to 127.0.0.8 (eight hosts)."""

from __future__ import annotations

import asyncio
import sys

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
DELAY = 0.020


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Read one request whole, wait, answer, close."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    await reader.readexactly(length)
    await asyncio.sleep(DELAY)
    writer.write(ANSWER)
    await writer.drain()
    writer.close()


async def main(port: int) -> None:
    servers = [await asyncio.start_server(answer, f"127.0.0.{number}", port) for number in range(1, 9)]
    print("READY", flush=True)
    await asyncio.gather(*(server.serve_forever() for server in servers))


asyncio.run(main(int(sys.argv[1])))
