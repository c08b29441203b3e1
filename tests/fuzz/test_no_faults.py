"""The bounded form of `make fuzz`: a fixed seed, a few hundred requests over all routes and roles, each answer judged (S15)."""

from __future__ import annotations

from random import Random

import pytest
from flask import Blueprint

from app.core import transactions
from app.core.db import db
from app.web.auth import public
from tests.fuzz import desk, report, served_app
from tests.fuzz.fuzzer import Fuzzer

NUMBER, SEED = 400, 15
bp = Blueprint("weak", __name__)


@bp.post("/weak")
@public
def weak():
    """A view as the desk must have none: it trips over one field, and tells a secret."""
    from flask import request

    if request.form.get("odd"):
        return {"no": 1}[request.form["odd"]]
    return desk.CANARY


@pytest.fixture
def fuzzer(app, settings):
    """A desk with one of everything, as production answers: faults become pages, forms need their token."""
    made = served_app.made(settings)
    with made.app_context():
        desk.fill(made)
        found = Fuzzer(made, thorough=False)
        yield found
        found.close()
        db.session.remove()
        db.engine.dispose()


def test_no_request_of_some_hundred_is_a_fault_or_tells_a_secret_or_refuses_without_words(fuzzer):
    """(S15)"""
    fuzzer.batch(fuzzer.prepare(), NUMBER, Random(SEED))
    assert not fuzzer.finds, "\n".join(report.lines(fuzzer))
    assert fuzzer.sent == NUMBER and len(fuzzer.endpoints) > 150
    assert {status for _, _, status in fuzzer.table} == {"2xx", "3xx", "4xx"}


def test_the_fuzzer_sees_a_fault_and_a_told_secret_and_makes_the_request_small(app, settings):
    """(S15) A fuzzer that finds nothing must be able to find something."""
    from tests.fuzz.calls import Call

    made = served_app.made(settings)
    made.register_blueprint(bp)
    with made.app_context():
        transactions.transaction(lambda: None)
        fuzzer = Fuzzer(made)
        fuzzer._sign_in("nobody")
        fields = (("a", "1"), ("odd", "a long text that is cut"), ("z", "2"))
        fuzzer.try_one(Call("nobody", "POST", "/weak", query=(("q", "x"),), headers=(("Range", "x"),), fields=fields))
        fuzzer.try_one(Call("nobody", "POST", "/weak"))
        fuzzer.close()
        db.session.remove()
        db.engine.dispose()
    faults = [one for one in fuzzer.finds.values() if one.cause.startswith("5xx 500: KeyError at")]
    assert len(faults) == 1 and faults[0].call.query == () and faults[0].call.headers == ()
    assert [name for name, _ in faults[0].call.fields] == ["odd"] and len(faults[0].call.fields[0][1]) <= 8
    assert "a secret of the desk in 200 of weak" in fuzzer.finds
