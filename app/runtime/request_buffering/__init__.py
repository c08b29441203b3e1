"""A gunicorn worker whose threads never wait for a client: a request is handed to one when all of it is here.

Until then it waits in the worker's loop, where a thousand slow clients cost memory and no thread. Who is too slow is cut: a head within
HEAD_SECONDS, a body at RATE, an answer read at RATE. When connections run short, the one that has waited longest gives way.
Bodies beyond SPOOL lie in a temporary file; of bodies beyond LARGE there may be LARGE_TOTAL bytes at once.
Where a request ends is said by its Content-Length alone. One in chunks (Transfer-Encoding) is answered with 411: no browser sends any,
and nginx, which buffers requests, passes them on with a length. A thread reads nothing from a client: what is not here does not come.

In: `worker_class = "app.runtime.request_buffering.worker.BufferingWorker"`. It builds on gunicorn's gthread (loop, threads, keep-alive).
"""
