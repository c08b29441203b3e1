"""No secret is kept in a file: our own shapes of secrets, looked for in everything that git would take, whole and quickly.

Our shapes, because the scanner written in Python, detect-secrets, had its last release in May 2024, and because what the desk hides
from its logs must not stand in its source either. The tests are full of secrets made up for them, so their folder is left out.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from app.lib.secrets import search
from tests.architecture.source import ROOT

CORPUS = "tests/"
ALLOWED = {
    "docs/running.md": {"user:password"},  # how SMTP_URL looks
    "app/staff/forms.py": {"PasswordField"},  # a class of WTForms
    "app/staff/passwords.py": {"argon2id"},  # the name of the hash, after "Passwords:"
    "app/lib/envvalues.py": {"user:password"},  # how addresses of a database and of a mail server look
    "app/lib/secrets/shapes.py": {")("},  # the pattern of a webhook's address itself
    "app/outbound/mail.py": {"user:password"},  # how SMTP_URL looks
    "app/environment.py": {"{EMBEDDED_ROLE}", "pressroom"},  # roles of a local database, which has no password
    "docs/example.env": {"VALKEY_PASSWORD=", "PRESSROOM_KEYS=k1:"},  # names on the lines after an empty value
    "static/vendor/htmx/htmx.min.js": {"C.withCredentials"},  # a property of requests
    "static/vendor/tabler/tabler.min.css": {"0.875rem"},  # the letters' size in fields for one-time passwords
}
"""Path → what looks like a secret there and is none. Each is said in full: another one in the same file is found."""

TOKEN = "ghp_" + "a1B2c3D4e5F6" * 3


def kept(root: Path) -> list[str]:
    """Every file that git has or would take, outside the tests."""
    mine = f"safe.directory={root}"  # a build server's checkout may belong to somebody else
    words = ["git", "-c", mine, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(words, cwd=root, check=True, capture_output=True, text=True).stdout.split("\0")
    return sorted({name for name in names if name and not name.startswith(CORPUS) and (root / name).is_file()})


def secrets_in(root: Path) -> dict[str, set[str]]:
    """Path → what looks like a secret, of all text files."""
    found = {}
    for name in kept(root):
        data = (root / name).read_bytes()
        places = [] if b"\0" in data else search.spans(data)
        if told := {data[start:end].decode("utf-8", "replace") for start, end in places}:
            found[name] = told
    return found


@pytest.fixture(scope="module")
def ours() -> dict[str, set[str]]:
    return secrets_in(ROOT)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    return tmp_path


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_no_file_outside_the_tests_holds_a_secret(ours: dict[str, set[str]]) -> None:
    unknown = {name: told - ALLOWED.get(name, set()) for name, told in ours.items()}
    assert {name: told for name, told in unknown.items() if told} == {}


def test_what_is_allowed_still_stands_there(ours: dict[str, set[str]]) -> None:
    gone = {name: told - ours.get(name, set()) for name, told in ALLOWED.items()}
    assert {name: told for name, told in gone.items() if told} == {}


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("app/platforms/keys.py", f'TOKEN = "{TOKEN}"\n'),
        ("app/platforms/comment.py", f"# tried with {TOKEN}\n"),
        ("static/js/composer.js", f"fetch('/x',{{headers:{{Authorization:'token {TOKEN}'}}}});\n"),
        ("docs/operations.md", f"Then run `curl -H 'Authorization: Bearer {TOKEN}'`.\n"),
        (".ci/run", f"export GITHUB_TOKEN={TOKEN}\n"),
    ],
)
def test_a_token_is_found_wherever_it_was_left(checkout: Path, name: str, line: str) -> None:
    """In a file of thirty thousand other characters, as the real ones are."""
    put(checkout / name, "plain words\n" * 1500 + line + "plain words\n" * 1000)
    assert secrets_in(checkout) == {name: {TOKEN}}


def test_a_token_in_a_file_that_is_allowed_another_is_found(checkout: Path) -> None:
    put(checkout / "docs" / "running.md", (ROOT / "docs" / "running.md").read_text() + f"\n{TOKEN}\n")
    assert secrets_in(checkout)["docs/running.md"] - ALLOWED["docs/running.md"] == {TOKEN}


def test_made_up_secrets_of_tests_and_files_that_git_leaves_out_are_not_looked_at(checkout: Path) -> None:
    put(checkout / ".gitignore", "var/\n")
    put(checkout / "var/keys.env", TOKEN)
    put(checkout / "tests/unit/test_redact.py", TOKEN)
    assert secrets_in(checkout) == {}
