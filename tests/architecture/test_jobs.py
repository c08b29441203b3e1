"""Every job that is asked for exists, every reaction and every tick too."""

from __future__ import annotations

import ast

from app.core import notices, queue
from app.reactions import REACTIONS
from app.schedule import SCHEDULE
from tests.architecture.source import calls, modules


def test_every_job_that_is_asked_for_exists(session_app):
    wanted = {
        call.args[0].value: f"{path}:{call.lineno}"
        for path, tree in modules()
        for call in calls(tree, "enqueue")
        if call.args and isinstance(call.args[0], ast.Constant)
    }
    assert wanted and {name: where for name, where in wanted.items() if name not in queue.JOBS} == {}


def test_every_reaction_every_notice_and_every_tick_has_a_job(session_app):
    assert notices.NOTIFY in queue.JOBS
    named = {job for jobs in REACTIONS.values() for job in jobs} | {tick.job for tick in SCHEDULE}
    assert named <= queue.JOBS.keys()


def test_every_reaction_follows_an_action_that_is_recorded(session_app):
    recorded: set[str] = set()
    for _, tree in modules():
        words = {
            node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        for call in calls(tree, "record", "audit"):
            recorded |= _names(call.args[0], words) if call.args else set()
    assert (
        REACTIONS.keys() <= recorded and {action for kind in notices.KINDS.values() for action in kind.on} <= recorded
    )


def _names(action: ast.expr, words: set[str]) -> set[str]:
    """The names that a call may record: f"publishing.{…}" stands for the prefix with each word of its module."""
    if isinstance(action, ast.Constant):
        return {str(action.value)}
    if isinstance(action, ast.JoinedStr) and isinstance(action.values[0], ast.Constant):
        return {f"{action.values[0].value}{word}" for word in words}
    return set()
