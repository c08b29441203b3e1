"""The trail cannot be emptied: every row of S10, by somebody who holds the database and not the key."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from app.audit import actions, inspection
from app.audit.actions import record
from app.audit.hash_chain import pack, root, unpack
from app.audit.inspection import check_all, check_new, roots_file, seal_and_note
from app.audit.queries import health
from app.audit.queries.keys import unsealed_keys
from app.audit.queries.seals import micros
from app.audit.roots_file import format_line
from app.core import crypto
from app.core.transactions import transaction

NOW = timedelta(0)


@pytest.fixture
def five(app, commit):
    """Five entries, each in a seal of its own, all noted outside."""
    for n in range(5):
        commit(record, "x.y", ("t", str(n)))
        seal_and_note(NOW)


def kinds(report):
    return sorted({found.kind for found in report.findings})


def both():
    """The quick check and the whole one say the same."""
    new, whole = check_new(), check_all()
    assert kinds(new) == kinds(whole), (new.findings, whole.findings)
    return whole


def cut_off(tamper, plain, keep):
    """The newest seals and their entries, gone together: the chain that is left is whole."""
    (moment,) = plain.execute("SELECT to_at FROM audit_seals ORDER BY to_at OFFSET %s LIMIT 1", [keep - 1]).fetchone()
    tamper("DELETE FROM audit_log WHERE occurred_at >= %s", moment)
    tamper("DELETE FROM audit_seals WHERE to_at > %s", moment)
    return moment


def test_an_untouched_trail_raises_no_alarm(five):
    report = both()
    assert (report.findings, report.seals, report.rows, report.noted) == ([], 5, 5, 5)
    assert transaction(health) == []


@pytest.mark.parametrize("checked", [False, True], ids=["before any check", "after a check"])
def test_the_last_seals_with_their_entries_are_missed_and_named(five, tamper, plain, checked):
    """(S10) What is missing, and from when."""
    if checked:
        check_new()
    moment = cut_off(tamper, plain, 2)
    (found,) = both().findings
    assert found.kind == "removed" and "ahead of this database" in found.words
    assert "3 seals with 3 entries" in found.words and f"{moment:%Y-%m-%d %H:%M:%S}" in found.words


def test_they_are_missed_too_after_the_desk_has_sealed_on(five, tamper, plain, commit):
    """(S10) The new seals take the numbers of the lost ones."""
    cut_off(tamper, plain, 2)
    for n in range(3):
        commit(record, "x.z", ("t", str(n)))
        seal_and_note(NOW)
    report = both()
    assert kinds(report) in (["replaced"], ["removed"]) and "3 seals with 3 entries" in report.findings[0].words


def test_everything_removed_is_named(five, tamper):
    """(S10) Keys and checks, too: an empty database beside a file that is not."""
    for table in ("audit_log", "audit_seals", "audit_keys", "audit_checks"):
        tamper(f"DELETE FROM {table}")
    (found,) = both().findings
    assert found.kind == "removed" and "5 seals with 5 entries" in found.words and "no seal at all" in found.words
    seal_and_note(NOW)
    assert "replaced" in kinds(both()) or "removed" in kinds(both())


def rewrite(tamper, plain, compute):
    """One entry goes; its seal and all after it are computed anew, as well as the forger can."""
    tamper("DELETE FROM audit_log WHERE entity_id = '1'")
    before = "0" * 64
    names = "day, seq, from_at, to_at, leaves, (SELECT id FROM audit_log l WHERE false)"
    for day, seq, start, end, leaves, _ in plain.execute(f"SELECT {names} FROM audit_seals ORDER BY to_at").fetchall():
        left = {row[0].bytes for row in plain.execute("SELECT id FROM audit_log").fetchall()}
        packed = pack((key, digest) for key, digest in unpack(leaves) if key in left)
        made = compute(before, f"{day}#{seq}", (micros(start), micros(end)), packed)
        tamper(
            "UPDATE audit_seals SET leaves = %s, rows = %s, prev_root = %s, root_hash = %s WHERE to_at = %s",
            packed, len(packed) // 48, before, made, end,
        )  # fmt: skip
        before = made


def test_a_chain_computed_anew_without_the_key_does_not_hold(five, tamper, plain):
    """(S10) Even without the file."""
    rewrite(tamper, plain, root)
    roots_file().path.unlink()
    assert "seal" in kinds(check_all())
    rewrite(tamper, plain, lambda *parts: root(*parts, key=b"guessed" * 5))
    assert "seal" in kinds(check_all())


def test_a_chain_turned_back_into_the_form_without_a_key_is_told_by_the_file(five, tamper, plain):
    """(S10) The old form needs no key, so it must not be believed after the first keyed seal."""
    rewrite(tamper, plain, root)
    tamper("UPDATE audit_seals SET form = 1, key_name = NULL")
    assert kinds(both()) == ["replaced"]
    tamper("UPDATE audit_seals SET form = 2 WHERE seq = 1")
    assert {"key", "seal"} <= set(kinds(both()))


def test_seals_from_before_there_was_a_key_go_on_under_one(app, commit, tamper, plain):
    """A desk that ran before: its last root is in the first keyed seal."""
    commit(record, "x.y", ("t", "1"))
    commit(actions.seal, NOW)
    start, end, leaves, day, seq = plain.execute("SELECT from_at, to_at, leaves, day, seq FROM audit_seals").fetchone()
    old = root("0" * 64, f"{day}#{seq}", (micros(start), micros(end)), leaves)
    tamper("UPDATE audit_seals SET form = 1, key_name = NULL, root_hash = %s", old)
    tamper("DELETE FROM audit_keys")
    commit(record, "x.y", ("t", "2"))
    seal_and_note(NOW)
    assert both().findings == []
    tamper("UPDATE audit_seals SET root_hash = %s WHERE form = 1", "f" * 64)
    assert {"chain", "seal"} <= set(kinds(check_all()))


def test_a_key_that_is_gone_or_another_is_said(five, tamper):
    """(S10) Not passed over: what cannot be checked is a finding."""
    tamper("UPDATE audit_keys SET sealed = 'v1.test.AAAA'")
    assert kinds(both()) == ["key"]
    seal_and_note(NOW)
    assert transaction(lambda: len(unsealed_keys())) == 1


def test_the_keys_may_change_and_the_old_seals_still_verify(five, app, commit, monkeypatch):
    """(S10) Rotation: a new key for new seals; the old one stays readable under the newest ring key."""
    ring = app.extensions["keyring"]
    two = crypto.KeyRing((("k2", bytes(range(1, 33))), *ring.keys))
    monkeypatch.setitem(app.extensions, "keyring", two)
    commit(record, "x.y", ("t", "6"))
    seal_and_note(NOW)
    done = app.test_cli_runner().invoke(args=["keys", "rotate"])
    assert done.exit_code == 0, done.output
    assert "may be removed" in app.test_cli_runner().invoke(args=["keys", "list"]).output
    monkeypatch.setitem(app.extensions, "keyring", crypto.KeyRing(two.keys[:1]))
    assert both().findings == [] and transaction(lambda: len(unsealed_keys())) == 2


def test_texts_that_look_like_a_seal_prove_nothing(five, app, commit, tmp_path):
    """(S10) A file name with NUL, a line break and a forged line: in the trail, in a log, copied from a real line."""
    forged = "2026-11-20 10:00:00,000 INFO pressroom.audit.seals audit-seal v2 place=2026-11-20#99 to=2026-11-20T10:00:00.000000Z rows=1 "
    forged += f"root={'a' * 64} key={transaction(lambda: next(iter(unsealed_keys())))} check={'b' * 64}"
    name = f"a\x00b\n{forged}\naudit seal day=2026-11-20 seq=99 rows=1 root={'a' * 64}\n.png"
    commit(record, "content.upload", ("t", "1"), label=name, note=name, changes={"f\x00": [None, {"k\x00": name}]})
    seal_and_note(NOW)
    log = tmp_path / "web.log"
    real = roots_file().path.read_text().splitlines()[0]
    log.write_text(f"x {name}\n{forged}\n{real.replace('rows=1', 'rows=2')}\n\x00\xff\n", errors="replace")
    done = app.test_cli_runner().invoke(args=["audit", "verify", "--log", str(log)])
    assert done.exit_code == 0, done.output


def test_a_log_tells_what_the_file_cannot(five, app, tamper, plain, tmp_path):
    """(S10) With the file gone as well, the lines of a log that was kept elsewhere still name the loss."""
    log = tmp_path / "worker.log"
    lines = roots_file().path.read_text().splitlines()
    log.write_text("".join(f"2026-11-20 10:00:00,000 INFO pressroom.audit.seals {line}\n" for line in lines))
    cut_off(tamper, plain, 4)
    roots_file().path.unlink()
    done = app.test_cli_runner().invoke(args=["audit", "verify", "--log", str(tmp_path)])
    assert done.exit_code == 1 and "1 seal with 1 entry" in done.output


def test_a_line_of_the_file_that_was_altered_is_named(five):
    file = roots_file().path
    file.write_text(file.read_text().replace("rows=1", "rows=7", 1))
    assert kinds(check_all()) == ["file"]


def test_a_file_taken_away_is_said_and_begun_anew_on_the_record(five, commit, plain):
    """(S10) The database's own word is then all there is; the new beginning stands in the trail."""
    roots_file().path.unlink()
    assert kinds(both()) == ["file"]
    commit(record, "x.y", ("t", "6"))
    seal_and_note(NOW)
    assert both().findings == []
    assert plain.execute("SELECT severity FROM audit_log WHERE action = 'audit.begin_roots'").fetchall() == [
        ("warning",)
    ]


def test_a_restore_says_what_it_looks_like_and_is_acknowledged_on_the_record(five, app, tamper, plain):
    """(S10) A rollback is never hidden, and a restore does not alarm for ever."""
    cut_off(tamper, plain, 2)
    seal_and_note(NOW)
    (found,) = both().findings
    assert "flask audit acknowledge" in found.words
    assert any("flask audit acknowledge" in words for words in transaction(health))
    done = app.test_cli_runner().invoke(args=["audit", "acknowledge"])
    assert done.exit_code == 0, done.output
    assert both().findings == [] and transaction(health) == []
    seal_and_note(NOW)
    assert both().findings == []
    row = plain.execute("SELECT actor_name, severity FROM audit_log WHERE action = 'audit.acknowledge'").fetchall()
    assert row == [("Command line", "warning")]
    cut_off(tamper, plain, 2)
    assert kinds(both()) == ["removed"]  # it covers what was lost before it, not what is lost after


def test_an_acknowledgement_that_was_not_made_with_the_key_counts_for_nothing(five, tamper, plain):
    cut_off(tamper, plain, 2)
    kept = plain.execute(
        "SELECT day || '#' || seq, to_at, rows, root_hash, key_name FROM audit_seals ORDER BY to_at DESC"
    ).fetchone()
    roots_file().append([format_line("audit-acknowledged", *kept[:4], (kept[4], b"guess" * 8))])
    assert {"removed", "file"} == set(kinds(both()))


def test_a_crash_between_commit_and_file_leaves_no_alarm(five, commit):
    """(S10) The seal is committed, its line is not written; the next minute writes both."""
    commit(record, "x.y", ("t", "6"))
    commit(actions.seal, NOW)
    assert both().findings == []
    seal_and_note(NOW)
    report = both()
    assert report.findings == [] and report.noted == report.seals


@pytest.mark.parametrize("left", [b"", b"\0" * 700], ids=["cut", "filled with NULs"])
def test_a_crash_in_the_middle_of_a_line_leaves_no_alarm(five, commit, left):
    """(S10) A line cut short (by a full disk, a power cut) is written again in whole, and what is left of the cut one is no claim."""
    file = roots_file().path
    content = file.read_bytes()
    file.write_bytes(content[:-40] + left)
    assert both().findings == []
    commit(record, "x.y", ("t", "6"))
    seal_and_note(NOW)
    assert both().findings == []
    assert transaction(lambda: roots_file().last(unsealed_keys())).place.endswith("#6")


def test_a_seal_that_was_rolled_back_is_in_no_file(five, commit):
    """(S10) The other order cannot happen: nothing is noted before the commit."""

    def breaks():
        actions.seal(NOW)
        raise OSError("a full disk")

    before = roots_file().path.read_bytes()
    commit(record, "x.y", ("t", "6"))
    with pytest.raises(OSError):
        transaction(breaks)
    assert roots_file().path.read_bytes() == before and both().findings == []


def test_a_line_of_somebody_else_in_the_file_is_named(five, commit):
    """What is not the beginning of the next line was not left by a crash."""
    file = roots_file().path
    with file.open("a") as out:
        out.write("audit-seal v2 place=2026-01-01#1 to=never\n")
    assert kinds(check_all()) == ["file"]
    commit(record, "x.y", ("t", "6"))
    seal_and_note(NOW)
    assert kinds(check_all()) == ["file"]


def test_a_seal_of_the_future_cannot_be_written(five, plain):
    """(S10) It would stop the sealing until then."""
    with pytest.raises(psycopg.errors.CheckViolation, match="still to come"):
        plain.execute(
            "INSERT INTO audit_seals (day, seq, from_at, to_at, rows, root_hash, prev_root, leaves) "
            "SELECT '2099-01-01', 1, max(to_at), '2099-01-01', 0, '', '', '' FROM audit_seals"
        )


def test_texts_that_a_column_cannot_hold_do_not_stop_an_act(app, commit):
    """(S10) Halves of a character and NULs, in keys, lists, labels and notes."""
    odd = "a\x00\ud800🦐\udfff\u202e"
    commit(record, "x.y", ("t", "1"), label=odd, note=odd, error=odd, changes={odd: [{odd: [odd]}, (odd,)]})
    seal_and_note(NOW)
    assert both().findings == []


def test_two_that_note_at_once_write_each_seal_once(five, app, commit):
    """Concurrent writers: the clock's job and `flask audit seal`."""
    for n in range(6):
        commit(record, "x.y", ("t", str(n)))
        commit(actions.seal, NOW)
    barrier = threading.Barrier(3)

    def note():
        with app.app_context():
            barrier.wait()
            transaction(actions.note_roots, roots_file())

    writers = [threading.Thread(target=note) for _ in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    places = [text.split()[2] for text in roots_file().path.read_text().splitlines()]
    assert len(places) == len(set(places)) == 11 and both().findings == []


def test_a_check_while_others_seal_and_note_sees_no_loss(five, app, commit):
    """(S10) Sealing goes on during the check, entry by entry."""
    stop, faults = threading.Event(), []

    def work():
        with app.app_context():
            while not stop.is_set():
                try:
                    transaction(record, "x.y", ("t", "w"))
                    seal_and_note(NOW)
                except Exception as error:
                    faults.append(error)
                    return

    writer = threading.Thread(target=work)
    writer.start()
    try:
        found = [finding for _ in range(25) for finding in [*check_new().findings, *check_all().findings]]
    finally:
        stop.set()
        writer.join()
    assert (found, faults) == ([], [])


def test_the_quick_check_reads_only_what_is_new(five, commit):
    assert check_new().seals == 5
    assert check_new().seals == 0
    commit(record, "x.y", ("t", "6"))
    seal_and_note(NOW)
    report = check_new()
    assert (report.seals, report.rows, report.noted, report.findings) == (1, 1, 1, [])


def test_a_long_trail_is_checked_in_parts(five, monkeypatch):
    monkeypatch.setattr(inspection, "PART", 2)
    assert [check_new().seals for _ in range(4)] == [2, 2, 1, 0]
    report = check_all()
    assert (report.seals, report.rows, report.noted, report.findings) == (5, 5, 5, [])


def test_what_a_check_has_found_it_finds_again(five, tamper):
    """The mark does not move past a finding, so the alarm stays until it is settled."""
    tamper("DELETE FROM audit_log WHERE entity_id = '3'")
    assert kinds(check_new()) == kinds(check_new()) == ["deleted"]


def test_home_shows_the_alarm_to_those_who_may_act(five, as_user, tamper):
    """(S10) An admin can; an editor could only worry."""
    tamper("DELETE FROM audit_log WHERE entity_id = '3'")
    admin, editor = as_user("admin"), as_user("editor")
    assert "audit trail" not in admin.get("/").get_data(as_text=True)
    check_new()
    assert "audit trail" in admin.get("/").get_data(as_text=True)
    assert "audit trail" not in editor.get("/").get_data(as_text=True)
    assert "was deleted after it was sealed" in admin.get("/audit").get_data(as_text=True)


def cut_file(keep):
    """Only these lines stay in the file."""
    file = roots_file().path
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(lines[keep]))
    return len("".join(lines)) - file.stat().st_size


@pytest.mark.parametrize("check", [check_new, check_all], ids=["quick", "whole"])
def test_a_file_cut_short_together_with_the_database_is_told(five, tamper, plain, check):
    """(S10) The last check remembers how long the file was, even when its own last seal is gone."""
    check()
    cut_off(tamper, plain, 2)
    missing = cut_file(slice(2))
    (found,) = check().findings
    assert found.kind == "file" and f"shorter than at the last check: {missing:,} bytes are missing" in found.words
    assert "bytes are missing" in check().findings[0].words  # until it is settled
    assert any("bytes are missing" in words for words in transaction(health))


def test_a_file_cut_short_is_told_on_a_long_trail_too(five, tamper, plain, monkeypatch):
    """(S10) The check that begins anew because its mark is gone comes to the file much later."""
    check_new()
    monkeypatch.setattr(inspection, "PART", 1)
    cut_off(tamper, plain, 3)
    assert [found.kind for _ in range(2) for found in check_new().findings] == []
    cut_file(slice(3))
    assert kinds(check_new()) == ["file"]


def take_out(place):
    """One line less."""
    file = roots_file().path
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join([*lines[:place], *lines[place + 1 :]]))


def test_a_line_taken_out_of_the_middle_of_the_file_is_told(five):
    """(S10) The rest moves up."""
    both()
    take_out(2)
    assert kinds(both()) == ["file"]


def test_it_is_told_too_after_the_desk_has_noted_on(five, commit):
    """(S10) Now the file is longer than it was."""
    both()
    take_out(2)
    for n in range(3):
        commit(record, "x.z", ("t", str(n)))
        seal_and_note(NOW)
    (found,) = check_new().findings
    assert "something else stood there" in found.words


def copied(lines):
    return lines[0]


def blank(lines):
    return "\0" * (len(lines[1]) - 1) + "\n"


@pytest.mark.parametrize("filled", [copied, blank])
def test_a_line_that_another_takes_the_place_of_is_told_by_the_whole_check(five, monkeypatch, filled):
    """(S10) Nothing moves, and every line that is left holds."""
    monkeypatch.setattr(inspection, "TAIL", 300)
    both()
    file = roots_file().path
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join([lines[0], filled(lines), *lines[2:]]))
    assert kinds(check_all()) == ["file"]


def test_an_older_copy_of_the_file_is_told_and_the_right_one_settles_it(five, commit):
    """(S10)"""
    file = roots_file().path
    older = file.read_bytes()
    commit(record, "x.y", ("t", "6"))
    seal_and_note(NOW)
    both()
    newer = file.read_bytes()
    file.write_bytes(older)
    assert kinds(both()) == ["file"]
    file.write_bytes(newer)
    assert both().findings == []


def test_a_file_that_was_lost_after_a_check_alarms_until_somebody_says_why(five, app, commit):
    """(S10) A new beginning alone settles nothing."""
    both()
    roots_file().path.unlink()
    commit(record, "x.y", ("t", "6"))
    seal_and_note(NOW)
    assert kinds(both()) == ["file"]
    done = app.test_cli_runner().invoke(args=["audit", "acknowledge"])
    assert done.exit_code == 0, done.output
    assert both().findings == [] and transaction(health) == []


def stranger(key, place="2999-01-01#1"):
    return format_line("audit-seal", place, datetime(2999, 1, 1, tzinfo=UTC), 1, "a" * 64, key)


@pytest.mark.parametrize("lines", [1, 100])
@pytest.mark.parametrize("key", ["ours", "another"])
def test_a_line_that_is_none_of_ours_does_not_stop_the_noting(five, commit, key, lines):
    """(S10) Anybody can write a late date."""
    name = transaction(lambda: next(iter(unsealed_keys()))) if key == "ours" else "another"
    roots_file().append([stranger((name, b"guess" * 8))] * lines)
    before = len(roots_file().path.read_text().splitlines())
    commit(record, "x.z", ("t", "n"))
    seal_and_note(NOW)
    assert len(roots_file().path.read_text().splitlines()) == before + 1
    assert kinds(check_all()) == ["file"]


def test_an_old_line_put_at_the_end_is_not_where_the_noting_stands(five, commit):
    """(S10) Else all since then would be written again."""
    file = roots_file().path
    first = file.read_text().splitlines()[0]
    roots_file().append([first])
    commit(record, "x.z", ("t", "n"))
    seal_and_note(NOW)
    assert len(file.read_text().splitlines()) == 7


def test_lines_of_another_desk_are_told_once(five, commit):
    """Two desks with one PRESSROOM_AUDIT: neither has lost anything."""
    check_new()
    roots_file().append([stranger(("another", b"other" * 8), f"2999-01-01#{n}") for n in range(1, 4)])
    commit(record, "x.z", ("t", "n"))
    seal_and_note(NOW)
    (found,) = both().findings
    assert "3 lines of" in found.words and "another desk writes into this file" in found.words
