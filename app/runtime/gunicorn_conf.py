"""How gunicorn serves the web, under `make run` and in the image. https://docs.gunicorn.org/en/stable/settings.html"""

from __future__ import annotations

worker_class = "app.runtime.request_buffering.worker.BufferingWorker"  # gthread, whose threads never wait for a client
workers = 2
threads = 6  # with the small pool for second transactions they stay within the database's connections
preload_app = True  # loaded once, shared by fork (core/db.py drops inherited connections)
worker_connections = 400
sendfile = False  # the kernel would wait without end for a client that does not read
timeout = 60
graceful_timeout = 6
keepalive = 5
limit_request_line = 8190
max_requests = 20_000
max_requests_jitter = 2_000
loglevel = "warning"
control_socket_disable = True
