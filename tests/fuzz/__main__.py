"""`make fuzz`: fuzz a desk of its own until so many requests were sent or so many minutes have passed.

python -m tests.fuzz --requests 100000 --minutes 60 --seed 1 [--batch 1000] [--log FILE]
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from tests.fuzz import report, served_app
from tests.fuzz.fuzzer import Fuzzer


def main() -> int:
    asked = argparse.ArgumentParser()
    for name, value in (("requests", 100_000), ("minutes", 60), ("seed", int(time.time())), ("batch", 1_000)):
        asked.add_argument(f"--{name}", type=int, default=value)
    asked.add_argument("--log", type=Path)
    ask = asked.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the servers of the desk end with it
    until = time.monotonic() + ask.minutes * 60
    with (
        tempfile.TemporaryDirectory(prefix="pressroom-fuzz-", ignore_cleanup_errors=True) as folder,
        served_app.running(Path(folder)) as app,
    ):
        os.chmod(folder, 0o755)
        fuzzer, key = Fuzzer(app), ask.seed
        while fuzzer.sent < ask.requests and time.monotonic() < until:
            seen, began, before = set(fuzzer.finds), time.monotonic(), fuzzer.sent
            fuzzer.batch(fuzzer.prepare(), min(ask.batch, ask.requests - fuzzer.sent), Random(key), until)
            spent = time.monotonic() - began
            print(
                f"seed {key}: {fuzzer.sent:,} sent, {spent / max(1, fuzzer.sent - before) * 1000:.0f} ms each, {len(fuzzer.finds)} finds",
                flush=True,
            )
            for cause in set(fuzzer.finds) - seen:
                print(f"  new: {cause}\n       {report.curl(fuzzer.finds[cause].call)}", flush=True)
            if ask.log:
                ask.log.write_text("\n".join(report.lines(fuzzer)), errors="backslashreplace")
            key += 1
        print("\n".join(report.lines(fuzzer)).encode("utf-8", "backslashreplace").decode())
        fuzzer.close()
    return 1 if fuzzer.finds else 0


if __name__ == "__main__":
    sys.exit(main())
