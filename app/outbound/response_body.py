"""Reading an answer's body: capped as it arrives and again as it is unpacked."""

from __future__ import annotations

import zlib

import httpcore

from app.outbound.guard import WireError


def read_answer(answer: httpcore.Response, headers: dict[str, str], cap: int) -> bytes:
    """The whole body, decoded. WireError: "too_large", "truncated", "timeout", "reset", "protocol"."""
    parts: list[bytes] = []
    size = 0
    try:
        for chunk in answer.iter_stream():
            size += len(chunk)
            if size > cap:
                raise WireError("too_large", f"The answer is longer than {cap:,} bytes.")
            parts.append(chunk)
    except httpcore.ProtocolError as error:
        raise WireError("truncated", f"The answer was cut off: {error}.") from None
    return unpack(b"".join(parts), headers.get("content-encoding", ""), cap)


def unpack(raw: bytes, encoding: str, cap: int) -> bytes:
    """We ask for no packing; a server that packs all the same is unpacked up to the cap."""
    for name in reversed([part.strip().lower() for part in encoding.split(",") if part.strip()]):
        if name == "identity":
            continue
        if name not in ("gzip", "x-gzip", "deflate"):
            raise WireError("protocol", f"The answer is packed as {name[:20]}, which was not asked for.")
        raw = _inflate(raw, name, cap)
    return raw


def _inflate(raw: bytes, name: str, cap: int) -> bytes:
    # 47: zlib and gzip heads are told apart; -15 is the bare stream that some servers call deflate
    for window in (47, -15) if name == "deflate" else (47,):
        unpacker = zlib.decompressobj(window)
        try:
            data = unpacker.decompress(raw, cap + 1)
        except zlib.error:
            continue
        if len(data) > cap:
            raise WireError("too_large", f"The unpacked answer is longer than {cap:,} bytes.")
        if not unpacker.eof:
            raise WireError("truncated", "The packed answer was cut off.")
        return data
    raise WireError("protocol", "The packed answer could not be read.")
