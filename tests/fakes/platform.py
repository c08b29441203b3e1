"""A Mastodon-API server, a Bluesky PDS and a webhook receiver in one process, with scriptable misbehaviour.

    python -m tests.fakes.platform --port 0 [--dialect mastodon|pleroma|gotosocial|pixelfed]

prints `READY http://127.0.0.1:<port>` and serves until it is killed. From a test use `tests.fakes.client.Fake`.

Accounts   Mastodon: any bearer token is an account of that name (`t-desk` → @t-desk); tokens starting with "bad" → 401.
           Bluesky: any identifier with any password but "wrong"; its did is derived from the identifier.
           Webhook: POST /hook/<name>; the signature is checked when the secret was set in `settings`.

Control    JSON over POST (and GET where said), always answered 200 {"ok": true, …}:

  /_control/script   {"on": "create", "do": "hang_after", "times": 1, "skip": 0, "match": "", …}
                     Adds a rule. `on`: create | media | session | refresh | read | delete | any. `times` 0 = always; `skip` lets
                     that many pass first; `match`: only when this stands in the request's body or path.
                     `do`:
                       hang_before   read the request, store nothing, hold the line `seconds` (120), then close
                       hang_after    store, then hold the line likewise
                       reset_before  read the request, then RST          reset_after   store, then RST
                       close_before  read the request, then close        close_after   store, then close
                       store_later   close at once; store `seconds` later, or at /_control/flush when seconds is null
                       error_before  answer `status` (500), store nothing error_after   store, then answer `status` (500)
                       answer        answer `status`, `headers`, `body` as given; store nothing
                       truncated     store, answer 200 with half a body and cut the line
                       half_json     store, answer 200 with half the JSON, correctly framed
                       ok_error      answer 200 {"error": …}, store nothing
                       garbage       store, answer 200 with HTML
                       no_id         store, answer 200 {} (no id)
                       slow          store, answer after `seconds` (33)  slow_before  wait `seconds`, store, answer
  /_control/barrier  {"at": "request_read"|"stored"|"answered", "on": "create", "match": "", "times": 1, "skip": 0}
                     The server stops there, holding the line, until the hit is released.
  /_control/wait     {"count": 1, "seconds": 10} → {"hits": [{"id", "at", "request_id", "text"}]}: held right now;
                     answers when that many are held, or after `seconds` with what there is.
  /_control/release  {"id": n} or {"all": true} (drops the barriers too, so nothing stops any more)
  /_control/flush    store what `store_later` kept; → {"stored": n}
  /_control/settings {"ignore_idempotency": true, "latency_ms": 20, "clock_offset": 0, "media_async": 2,
                     "dialect": "pleroma", "webhook_secret": "whsec_…", "scopes": ["read"], "access_seconds": 7200, "read_seconds": 60, "max_characters": 500}
  /_control/state    (GET) {"posts": […], "creates": […], "requests": {"create": 3, …}, "held": n, "sessions": n}
                     `posts` are what is stored now: id, account, text, key, media [{sha256, alt}], request_id.
                     `creates` is every create request that was read whole, in order, with what was done with it.
  /_control/reset    forget everything
"""

from __future__ import annotations

import argparse
import os
import socketserver
import sys
import threading

from tests.fakes.server import Handler, World


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 256


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--dialect", default="mastodon", choices=["mastodon", "pleroma", "gotosocial", "pixelfed"])
    parser.add_argument(
        "--with-parent", action="store_true", help="end when stdin closes, so that no test leaves one behind"
    )
    arguments = parser.parse_args()
    if arguments.with_parent:
        threading.Thread(target=lambda: (sys.stdin.buffer.read(), os._exit(0)), daemon=True).start()
    server = Server(("127.0.0.1", arguments.port), Handler)
    port = server.server_address[1]
    server.world = World(f"http://127.0.0.1:{port}", arguments.dialect)  # type: ignore[attr-defined]
    print(f"READY http://127.0.0.1:{port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
