"""Pure pieces: passwords, where to go next, devices, preferences, links' ids, changes."""

from __future__ import annotations

import subprocess
import sys
import uuid
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.audit.changes import HIDDEN, tidy
from app.audit.hash_chain import FIRST_ROOT, leaf, pack, root, unpack
from app.staff import passwords
from app.staff.links import parse_row_id
from app.staff.person import Person, Preferences
from app.staff.safe_next import safe_next
from app.staff.user_agent import device_name, is_phone

ROOT = Path(__file__).resolve().parents[3]


def test_a_password_opens_its_hash_and_no_other():
    stored = passwords.hash_password("nine small fish swim")
    assert stored.startswith("$argon2id$")
    assert passwords.verify(stored, "nine small fish swim") and not passwords.verify(stored, "nine small fish swim ")
    assert not passwords.verify(None, "nine small fish swim") and not passwords.verify("garbage", "x")


def test_a_password_costs_what_the_source_asks_for():
    """OWASP's second choice (app/staff/passwords.py). A process of its own is asked: the tests' hashes are cheap ones."""
    asked = "from app.staff.passwords import hash_password; print(hash_password('nine small fish swim'))"
    made = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, cwd=ROOT, check=True)
    assert made.stdout.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_the_same_letters_from_another_keyboard_open_it():
    assert passwords.verify(passwords.hash_password("Café ﬁsh ኣሳ 12345"), "Cafe\u0301 fish ኣሳ 12345")


@pytest.mark.parametrize(
    ("plain", "words"),
    [
        ("short", "at least 12"),
        ("x" * 201, "at most 200"),
        ("aaaaaaaaaaaa", "stranger"),
        ("123456789012", "stranger"),
        ("Password1234", "stranger"),
        ("mara@desk.example", "a name that others know"),
        ("mara.voss@d1", "a name that others know"),
        ("a fish in a tree", None),
    ],
)
def test_what_is_wrong_with_it(plain, words):
    found = passwords.complaint(plain, "mara@desk.example", "Mara Voss")
    assert (found is None) if words is None else (words in found)


def test_random_ones_are_good_and_differ():
    made = {passwords.random_password() for _ in range(50)}
    assert len(made) == 50 and all(passwords.complaint(one) is None for one in made)


@given(st.text(max_size=60))
def test_it_never_leads_away(text):
    found = safe_next(text)
    assert found.startswith("/") and not found.startswith(("//", "/\\"))


@pytest.mark.parametrize(
    "path", ["/", "/audit?q=a%20b#x", "/staff/1", "/sign-insurance", "/records?next=https://x.example"]
)
def test_own_paths_are_kept(path):
    assert safe_next(path) == path


@pytest.mark.parametrize(
    "path",
    [
        None,
        "",
        "//x.example",
        "/\\x.example",
        "https://x.example",
        "/a\nb",
        "/a b",
        "/sign-in",
        "/sign-out?x",
        "/invite/abc",
        "x",
    ],
)
def test_all_else_is_home(path):
    assert safe_next(path, "/home") == "/home"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18 Mobile Safari/604", "Safari on iPhone"),
        ("curl/8.1", "curl"), (None, "Unknown device"), ("", "Unknown device"),
    ],
)  # fmt: skip
def test_devices_in_words(agent, words):
    assert device_name(agent) == words


def test_phones():
    assert is_phone("Mozilla/5.0 (Linux; Android 15) Chrome/140 Mobile Safari") and not is_phone(
        "Mozilla/5.0 (X11; Linux x86_64)"
    )


def test_unknown_preferences_fall_back():
    assert Preferences.of({"theme": "dark", "nonsense": 1, "timezone": None}) == Preferences(theme="dark")
    assert Preferences.of(None).keys == "on"


def test_the_token_is_in_no_repr():
    person = Person(uuid.uuid4(), "a@b", "a", "A", "editor", uuid.uuid4(), datetime.now(UTC), "canary-token")
    assert "canary-token" not in repr(person) and person.get_id() == "canary-token"
    assert person.can("viewer") and not person.can("reviewer") and not person.can("emperor")


@given(st.text(max_size=90))
def test_garbage_is_no_link(text):
    assert parse_row_id(text) is None or len(text) == 72


def test_changes_become_json():
    found = tidy(
        {
            "price": [Decimal("1.50"), None],
            "when": datetime(2026, 1, 2, tzinfo=UTC),
            "tags": [["a", "b", "c"], ("x",)],
            "api_key": ["k", None],
            "deep": [None, {"token": "t", "n": 1}],
        }
    )
    assert found["price"] == ["1.50", None] and found["when"] == [None, "2026-01-02T00:00:00+00:00"]
    assert (
        found["tags"] == [["a", "b", "c"], ["x"]]
        and found["api_key"] == [HIDDEN, None]
        and found["deep"][1] == {"token": HIDDEN, "n": 1}
    )


def test_a_root_depends_on_everything_it_covers():
    pairs = [(uuid.uuid4().bytes, leaf(n, b"k" * 16, ["a", None])) for n in range(3)]
    packed = pack(pairs)
    assert list(unpack(packed)) == pairs
    roots = {
        root(FIRST_ROOT, "d#1", (1, 2), packed),
        root("1" * 64, "d#1", (1, 2), packed),
        root(FIRST_ROOT, "d#2", (1, 2), packed),
        root(FIRST_ROOT, "d#1", (1, 3), packed),
        root(FIRST_ROOT, "d#1", (1, 2), packed[:48]),
    }
    assert len(roots) == 5


def test_a_missing_value_and_an_empty_one_differ():
    assert leaf(1, b"k", [None, ""]) != leaf(1, b"k", ["", None])
