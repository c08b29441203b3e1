"""What no module, page or script of the desk does: run text as a program, take objects out of bytes, speak to a shell, trust anybody's
certificate. Each rule names where it is asked for (OWASP ASVS 5.0)."""

from __future__ import annotations

import ast
import re

import pytest

from tests.architecture.source import ROOT, calls, modules, templates

IMPORTS = {
    "1.2.6 LDAP": {"ldap", "ldap3"},
    "1.2.7 and 1.5.1 XML is written, never read": {"lxml", "xmltodict", "defusedxml", "xml.sax", "xml.dom"},
    "1.3.9 memcache": {"memcache", "pymemcache", "pylibmc"},
    "1.5.2 objects out of bytes": {"pickle", "cPickle", "marshal", "shelve", "dill", "cloudpickle", "jsonpickle", "yaml"},
    "4.3 and 4.4 GraphQL, WebSocket": {"graphene", "graphql", "strawberry", "websockets", "simple_websocket", "flask_sock", "flask_socketio"},
    "9 and 10 JWT, OAuth, SAML": {"jwt", "jose", "authlib", "oauthlib", "onelogin", "saml2"},
    "1.4 memory by hand, but for the kernel's calls of app/runtime": {"ctypes", "cffi"},
}  # fmt: skip
CALLS = {
    "1.3.2 text run as a program": {"eval", "exec", "compile", "execfile", "__import__"},
    "1.2.5 a shell": {"system", "popen", "getoutput", "getstatusoutput"},
    "1.3.7 templates made of text": {"render_template_string", "from_string"},
    "1.5.1 XML read": {"fromstring", "iterparse", "XMLParser", "XMLPullParser"},
    "11.4.1 broken hashes": {"md5", "sha1", "md4"},
    "12.3.2 certificates that nobody checks": {"_create_unverified_context", "_create_stdlib_context"},
    "5.3.2 files that others may have put there first": {"mktemp"},
}
OWN = {"compile": {"re", "regex", "statement"}}  # a pattern and a statement are no programs
CTYPES = {"app/runtime/launch.py", "app/runtime/process.py"}
SCRIPT = re.compile(
    r"\beval\(|new Function|innerHTML|outerHTML|document\.write|\bpostMessage\b|[\"']message[\"']|importScripts|jsonp|setTimeout\([\"']",
    re.I,
)
OLD_OR_FOREIGN = re.compile(
    r"<(?:object|embed|applet|iframe|frame)\b|<script\b[^>]*src=\"(?:https?:)?//|<link\b[^>]*href=\"(?:https?:)?//|[^'\"\s]\s*\|\s*safe\b|autoescape false",
    re.I,
)


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module or "", node.lineno


@pytest.mark.parametrize("rule", IMPORTS)
def test_no_module_brings_in_what_it_must_not(rule):
    names = IMPORTS[rule]
    found = [
        f"{path}:{line} {name}"
        for path, tree in modules()
        for name, line in imported(tree)
        if (name in names or name.partition(".")[0] in names) and not (name == "ctypes" and path in CTYPES)
    ]
    assert found == []


@pytest.mark.parametrize("rule", CALLS)
def test_no_module_calls_what_it_must_not(rule):
    found = []
    for path, tree in modules():
        for call in calls(tree, *CALLS[rule]):
            owner = ast.unparse(call.func).rpartition(".")[0]
            name = ast.unparse(call.func).rpartition(".")[2]
            if owner not in OWN.get(name, set()):
                found.append(f"{path}:{call.lineno} {ast.unparse(call)[:80]}")
    assert found == []


def test_no_program_is_started_through_a_shell_and_no_certificate_goes_unchecked():
    """(ASVS 1.2.5, 12.3.2) Programs get a list of arguments; TLS checks who is there."""
    found = []
    for path, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.keyword) and node.arg == "shell":
                found.append(f"{path}:{node.value.lineno} shell=")
            if (
                isinstance(node, ast.keyword)
                and node.arg in ("verify", "check_hostname")
                and ast.unparse(node.value) == "False"
            ):
                found.append(f"{path}:{node.value.lineno} {node.arg}=False")
            if isinstance(node, ast.Attribute) and node.attr in ("CERT_NONE", "CERT_OPTIONAL", "check_hostname"):
                found.append(f"{path}:{node.lineno} {node.attr}")
        for call in calls(tree, "run", "Popen", "check_output", "check_call"):
            if ast.unparse(call.func).startswith("subprocess.") and isinstance(
                call.args[0], ast.Constant | ast.JoinedStr
            ):
                found.append(f"{path}:{call.lineno} one string as a command")
    assert found == []


def test_no_format_is_made_of_what_somebody_sent():
    """(ASVS 1.3.10) `.format` and `%` stand behind a text of the desk's own: a constant, or a name in capitals."""
    found = []
    for path, tree in modules():
        for call in calls(tree, "format", "format_map"):
            if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Call | ast.Subscript):
                owner = ast.unparse(call.func.value)
                if not owner.startswith(("Markup(", "sql.SQL(")) and not owner[:1].isupper():
                    found.append(f"{path}:{call.lineno} {owner[:60]}")
    assert found == []


def test_no_pattern_is_made_of_what_somebody_sent():
    """(ASVS 1.2.9) A pattern is a constant, or is put together of constants in the places named here, escaped where it must be."""
    put_together = {
        "app/lib/logs.py", "app/lib/secrets/shapes.py", "app/content/search.py", "app/content/language_check.py", "app/accounts/connect_input.py",
        "app/lib/secrets/guess.py", "app/lib/secrets/views.py", "app/platforms/bluesky_text.py", "app/calendar/views/entries.py",
    }  # fmt: skip
    found = set()
    for path, tree in modules():
        for call in calls(
            tree, "compile", "sub", "subn", "search", "match", "fullmatch", "findall", "finditer", "split"
        ):
            if ast.unparse(call.func).partition(".")[0] in ("re", "regex") and call.args and not _fixed(call.args[0]):
                found.add(path)
    assert found == put_together


def _fixed(pattern):
    if isinstance(pattern, ast.BinOp):
        return _fixed(pattern.left) and _fixed(pattern.right)
    if isinstance(pattern, ast.JoinedStr):
        return False
    return isinstance(pattern, ast.Constant) or ast.unparse(pattern).rpartition(".")[2].isupper()


def test_nobody_is_asked_for_a_hint_or_a_secret_question():
    """(ASVS 6.4.2) No column, no field and no label of one."""
    words = re.compile(r"hint|secret.question|security.question|maiden", re.I)
    texts = [(name, text) for name, text in templates() if name.startswith("accounts/")]
    texts += [
        (path, ast.unparse(tree))
        for path, tree in modules()
        if path.startswith(("app/staff/models", "app/staff/forms"))
    ]
    assert (
        len(texts) > 10
        and [(name, found.group(0)) for name, text in texts for found in [words.search(text)] if found] == []
    )


def test_the_scripts_put_text_into_pages_as_text():
    """(ASVS 1.3.2, 3.2.2, 3.5.5) Nothing is run or drawn from a text; one answer of the desk itself is put in as its server drew it."""
    scripts = {path.name: path.read_text() for path in (ROOT / "static" / "js").glob("*.js")}
    assert len(scripts) > 5
    assert {name: found.group(0) for name, text in scripts.items() for found in [SCRIPT.search(text)] if found} == {}
    assert {
        name: text.count("insertAdjacentHTML") for name, text in scripts.items() if "insertAdjacentHTML" in text
    } == {"composer.js": 1}


def test_the_pages_load_nothing_from_elsewhere_and_need_no_plug_in():
    """(ASVS 3.6.1, 3.7.1) Nor does a template take its text for markup."""
    assert [
        (name, found.group(0)) for name, text in templates() for found in [OLD_OR_FOREIGN.search(text)] if found
    ] == []


def test_the_image_takes_in_what_it_names_and_no_history():
    """(ASVS 13.4.1, 15.2.3) The build sees a few names; tests, notes and .git are none of them."""
    first, *rest = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line.strip()]
    let_in = {line[1:] for line in rest if line.startswith("!")}
    copied = set()
    for line in re.findall(r"^COPY (?!--from)(.+)$", (ROOT / "Dockerfile").read_text(), re.M):
        copied |= set(line.split()[:-1])
    assert first == "*" and let_in == copied == {
        "requirements.lock",
        "wsgi.py",
        "app",
        "templates",
        "static",
        "migrations",
    }
    assert not [path for name in let_in for path in (ROOT / name).rglob(".git*")]
