# One image for web, worker and clock; compose.yaml shows the three commands. Build: docker build -t pressroom .
FROM python:3.13-slim-bookworm AS build
WORKDIR /srv/pressroom
RUN python -m venv /opt/venv
COPY requirements.lock .
# everything comes as a wheel: no compiler here
RUN /opt/venv/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements.lock

FROM python:3.13-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONPATH=/srv/pressroom FLASK_APP=wsgi PRESSROOM_DATA=/data PRESSROOM_DEMO=0
# pg_dump and pg_restore for `flask backup` come with the embedded server's wheel
RUN groupadd --system --gid 10001 pressroom \
    && useradd --system --uid 10001 --gid 10001 --home-dir /data --shell /usr/sbin/nologin pressroom \
    && install -d -o pressroom -g pressroom -m 0700 /data
WORKDIR /srv/pressroom
COPY --from=build /opt/venv /opt/venv
COPY wsgi.py ./
COPY app app
COPY templates templates
COPY static static
COPY migrations migrations
# by number, so that an orchestrator can see that it is not root; what is above belongs to root and is only read
USER 10001:10001
VOLUME /data
EXPOSE 8000
# `flask start` stops a worker within 10 s; give the others the same
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["gunicorn", "-c", "app/runtime/gunicorn_conf.py", "--bind", "0.0.0.0:8000", "wsgi:app"]
