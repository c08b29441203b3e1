"""(S11) Whoever can write to Redis runs no code here: a worker performs the desk's own jobs and nothing else."""

from __future__ import annotations

import inspect
import json
import pickle
import threading
import uuid
import zlib

import pytest
import sqlalchemy as sa
from rq.registry import FailedJobRegistry, ScheduledJobRegistry, StartedJobRegistry
from rq.serializers import JSONSerializer

from app.audit import refusals
from app.audit.models import AuditEntry
from app.core import queue
from app.core.db import db
from app.core.worker_job import LONGEST, WorkerJob
from app.lib.liveness import QUEUES
from app.worker.rq_workers import make_worker

ran: list[tuple[str, ...]] = []


@pytest.fixture(autouse=True)
def _probes(app):
    """One harmless job for each queue; what it was given is kept."""
    ran.clear()
    refusals._last_job_at = -refusals.JOBS_EVERY
    for name in QUEUES:
        queue.job(f"probe.{name}", queue=name)(lambda one="", two="": ran.append((one, two)))
    yield
    for name in QUEUES:
        del queue.JOBS[f"probe.{name}"]


@pytest.fixture
def canary(tmp_path, monkeypatch):
    """A module that leaves a mark when it is imported, and one when it is called."""
    path = tmp_path / "evilcanary.py"
    mark = tmp_path / "mark"
    path.write_text(
        f"open({str(mark)!r}, 'a').write('imported')\ndef fire(*a, **k): open({str(mark)!r}, 'a').write('called')\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    return mark


class Evil:
    def __init__(self, path):
        self.path = str(path)

    def __reduce__(self):
        return (open, (self.path, "w"))


def put(name, data, job_id=None, queue_name=None, **fields):
    """By hand, past RQ: the hash and the id in the queue's list."""
    job_id = job_id or str(uuid.uuid4())
    link = queue.worker_client()
    link.hset(f"rq:job:{job_id}", mapping={"data": data, "origin": name, "status": "queued", **fields})
    link.rpush(f"rq:queue:{queue_name or name}", job_id)
    link.sadd("rq:queues", f"rq:queue:{name}")
    return job_id


def call(*args, function="app.core.queue.perform", instance=None, kwargs=None):
    return json.dumps([function, instance, list(args), kwargs or {}]).encode()


def work(name):
    """The real worker of that queue, until its queue is empty."""
    one = make_worker(name)
    one.stop = threading.Event()
    one.work(burst=True, logging_level="ERROR")


def failed(name, job_id):
    """The reason that stands with the failed job, as an operator finds it."""
    link = queue.worker_client()
    assert job_id in FailedJobRegistry(name, connection=link, serializer=JSONSerializer).get_job_ids(cleanup=False)
    job = WorkerJob.fetch(job_id, connection=link, serializer=JSONSerializer)
    reason = job.latest_result().exc_string
    assert "was not made by the desk and was not performed" in reason
    return reason


EVIL = "evilcanary.fire"
STRANGE = {
    "another function": lambda name, mark: (call(function=EVIL), {}),
    "a function of the system": lambda name, mark: (call(f"touch {mark}", function="os.system"), {}),
    "a method of an instance": lambda name, mark: (call(f"touch {mark}", function="system", instance="os"), {}),
    "pickled data": lambda name, mark: (
        pickle.dumps(("app.core.queue.perform", Evil(mark), (f"probe.{name}",), {})),
        {},
    ),
    "pickled and packed": lambda name, mark: (zlib.compress(pickle.dumps(Evil(mark))), {}),
    "a bomb": lambda name, mark: (zlib.compress(b"[" * 50_000_000), {}),
    "data of 8 MB": lambda name, mark: (call("x" * 8_000_000), {}),
    "deep data": lambda name, mark: (b"[" * 2000, {}),
    "no data": lambda name, mark: (b"", {}),
    "an unknown kind": lambda name, mark: (call("no.such"), {}),
    "a number for a word": lambda name, mark: (call(f"probe.{name}", 7), {}),
    "a list for a word": lambda name, mark: (call(f"probe.{name}", ["x"]), {}),
    "a long word": lambda name, mark: (call(f"probe.{name}", "x" * 201), {}),
    "too many words": lambda name, mark: (call(f"probe.{name}", "a", "b", "c"), {}),
    "named arguments": lambda name, mark: (call(f"probe.{name}", kwargs={"one": "x"}), {}),
    "the other queue's": lambda name, mark: (call(f"probe.{QUEUES[1 - QUEUES.index(name)]}"), {}),
    "a callback of success": lambda name, mark: (call(f"probe.{name}"), {"success_callback_name": EVIL}),
    "a callback of failure": lambda name, mark: (call("no.such"), {"failure_callback_name": EVIL}),
    "a callback of stopping": lambda name, mark: (call(f"probe.{name}"), {"stopped_callback_name": EVIL}),
    "a webhook": lambda name, mark: (
        call(f"probe.{name}"),
        {"webhooks": '[{"url": "http://127.0.0.1:1/", "job_status": "failed"}]'},
    ),
    "a dependency": lambda name, mark: (call(f"probe.{name}"), {"dependency_ids": '["x"]'}),
    "a repeat": lambda name, mark: (call(f"probe.{name}"), {"repeats_left": "9", "repeat_intervals": "[0]"}),
    "a retry": lambda name, mark: (call("no.such"), {"retries_left": "99", "number_of_retries": "99"}),
    "pickled meta": lambda name, mark: (call(f"probe.{name}"), {"meta": pickle.dumps(Evil(mark))}),
    "a pickled result": lambda name, mark: (call(f"probe.{name}"), {"result": pickle.dumps(Evil(mark))}),
    "a thousand fields": lambda name, mark: (call(f"probe.{name}"), {f"f{n}": "x" for n in range(1000)}),
}


@pytest.mark.parametrize("name", QUEUES)
@pytest.mark.parametrize("what", STRANGE)
def test_a_job_that_the_desk_did_not_make_calls_nothing_and_fails_with_a_reason(app, canary, name, what):
    """(S11) In both kinds of worker; told in the audit; the worker goes on with the next job."""
    data, fields = STRANGE[what](name, canary)
    job_id = put(name, data, **fields)
    work(name)
    reason = failed(name, job_id)
    assert not canary.exists() and ran == []
    kept = queue.worker_client().hgetall(f"rq:job:{job_id}")
    assert b"evilcanary" not in b"".join(kept.values()) and sum(map(len, kept.values())) < LONGEST
    (told,) = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "jobs.refuse")).all()
    assert told.entity_id == name and told.error_message in reason and not told.success


def test_the_desks_own_job_is_performed(app, commit):
    commit(queue.enqueue, "probe.publish", "a", "b")
    work("publish")
    assert ran == [("a", "b")]
    assert not queue.worker_client().keys("rq:job:*")


@pytest.mark.parametrize("field", ["timeout", "created_at", "enqueued_at", "started_at", "ended_at", "status", "ttl", "result_ttl", "enqueue_at_front"])  # fmt: skip
def test_garbage_in_a_field_of_time_or_state_stops_no_worker(app, field):
    """(S11) It is not what the desk goes by: the job's own time-out is."""
    put("publish", call("probe.publish", "a"), **{field: "\xff garbage"})
    put("publish", call("probe.publish", "b"))
    work("publish")
    assert ran == [("a", ""), ("b", "")]


def test_what_is_no_job_at_all_stops_no_worker(app):
    """(S11) Ids that RQ cannot read, keys of another type, ids without a job: the next job is performed."""
    link = queue.worker_client()
    link.rpush("rq:queue:publish", b"\xff\xfe", "not an id", "../../x", "x" * 5000, str(uuid.uuid4()))
    typed = str(uuid.uuid4())
    link.set(f"rq:job:{typed}", "a string")
    link.rpush("rq:queue:publish", typed)
    put("publish", call("probe.publish", "after"))
    work("publish")
    assert ran == [("after", "")]
    assert "not kept as a job is" in failed("publish", typed)
    assert link.llen("rq:queue:publish") == 0


@pytest.mark.parametrize("registry", [StartedJobRegistry, ScheduledJobRegistry, FailedJobRegistry])
@pytest.mark.parametrize("name", QUEUES)
def test_a_strange_job_in_a_registry_calls_nothing_when_it_is_swept(app, canary, name, registry):
    """(S11) RQ calls the failure callback of what was abandoned, by name; groups would be looked through."""
    job_id = put(
        name, call(function=EVIL), queue_name="nowhere", failure_callback_name=EVIL, result=pickle.dumps(Evil(canary))
    )
    link = queue.worker_client()
    entry = f"{job_id}:x" if registry is StartedJobRegistry else job_id
    link.zadd(registry(name, connection=link, serializer=JSONSerializer).key, {entry: 1})
    link.sadd("rq:groups", "g")
    link.sadd("rq:group:g", job_id)
    link.rpush(f"rq:queue:{name}:intermediate", job_id)
    work(name)
    assert not canary.exists() and ran == []


def test_a_flood_of_strange_jobs_is_told_once_a_minute(app):
    """(S11) What stands in Redis is bounded by Redis; what stands in the audit must not follow it."""
    for _ in range(40):
        put("publish", call("no.such"))
    work("publish")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) == 1
    assert len(FailedJobRegistry("publish", connection=queue.worker_client()).get_job_ids()) == 40


def test_a_command_by_redis_stops_nothing(app):
    one = make_worker("publish")
    one.subscribe()
    assert queue.worker_client().pubsub_numsub(one.pubsub_channel_name) == [(one.pubsub_channel_name.encode(), 0)]


def test_a_tick_that_nobody_scheduled_and_a_job_that_fails_stop_no_worker(app, monkeypatch):
    """(S11) Ours by form, wrong by content: it fails as any job does, and is not told as a stranger's."""
    monkeypatch.setitem(queue.JOBS, "tick", queue.JOBS["tick"]._replace(queue="publish"))
    job_id = put("publish", call("tick", "no.such"))
    put("publish", call("probe.publish", "after"))
    work("publish")
    assert ran == [("after", "")]
    assert job_id in FailedJobRegistry("publish", connection=queue.worker_client()).get_job_ids()
    assert not db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "jobs.refuse")).all()


@pytest.mark.parametrize("name", QUEUES)
def test_what_the_desk_rings_has_the_form_that_workers_take(app, commit, name):
    """Every registered job, rung as the desk rings it, is read as ours."""
    from app.core.worker_job import parse_call

    for job_name, spec in list(queue.JOBS.items()):
        if spec.queue == name:
            wanted = [
                str(uuid.uuid4()) for one in inspect.signature(spec.run).parameters.values() if one.default is one.empty
            ]
            commit(queue.enqueue, job_name, *wanted)
    link = queue.worker_client()
    ids = [entry.decode() for entry in link.lrange(f"rq:queue:{name}", 0, -1)]
    assert len(ids) == sum(spec.queue == name for spec in queue.JOBS.values())
    for job_id in ids:
        job = WorkerJob.fetch(job_id, connection=link, serializer=JSONSerializer)
        assert job.refusal is None and parse_call(link.hget(f"rq:job:{job_id}", "data")) == job.call
        assert job.timeout == queue.JOBS[job.call[0]].timeout
