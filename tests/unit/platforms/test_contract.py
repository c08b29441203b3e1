"""What a SPEC declares is what its module does, for every connector."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

from app.platforms import registry
from app.platforms.base import Connector, Limits, Post, UnsealedAccount
from app.platforms.errors import ERROR_TYPES
from app.platforms.spec import CAPABILITIES
from app.platforms.verdict import Rule

CONNECTORS = registry.all()
by_slug = pytest.mark.parametrize("connector", CONNECTORS, ids=[c.spec.slug for c in CONNECTORS])


@by_slug
def test_declared_capabilities_are_the_functions_of_the_module(connector: Connector) -> None:
    written = {name for name in CAPABILITIES if callable(getattr(connector.module, name, None))}
    assert written == connector.spec.can


@by_slug
def test_functions_have_the_parameters_of_the_contract(connector: Connector) -> None:
    for name in connector.spec.can | {"client_key", "renew_key", "check", "limits", "host"}:
        function = getattr(connector.module, name, None)
        if function is None:
            continue
        ours = list(inspect.signature(getattr(Connector, name)).parameters)[1:]
        assert list(inspect.signature(function).parameters) == ours, name


@by_slug
def test_one_create_call_stands_in_publish(connector: Connector) -> None:
    source = Path(inspect.getfile(connector.module)).parent
    names = {connector.spec.slug, "store" if connector.spec.credential_type == "none" else ""}
    family = [path for path in source.glob("*.py") if path.stem.split("_")[0] in names]
    calls = [
        node
        for path in family
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr == "create" and isinstance(node.value, ast.Attribute)
    ]
    assert len(calls) == 1


@by_slug
def test_what_can_be_trusted_fits_what_can_be_done(connector: Connector) -> None:
    spec = connector.spec
    assert ("find" in spec.can) == (spec.resend_safety != "none")
    assert spec.absent_after > spec.deadline
    assert spec.limits.count("abc") == 3
    assert connector.limits({}) == spec.limits or spec.limits.text == connector.limits({}).text
    assert isinstance(connector.host({}), str)


@by_slug
def test_rules_cite_their_source_and_name_known_errors(connector: Connector) -> None:
    rules = [v for v in vars(connector.module).values() if isinstance(v, tuple) and v and isinstance(v[0], Rule)]
    for rule in [rule for group in rules for rule in group]:
        assert rule.source
        assert rule.error_type in ERROR_TYPES


def test_get_names_what_there_is() -> None:
    assert registry.get("bluesky").spec.name == "Bluesky"
    with pytest.raises(KeyError, match="there are site, bluesky"):
        registry.get("myspace")


def test_an_account_never_shows_its_secrets() -> None:
    account = UnsealedAccount("bluesky", "desk", secrets={"app_password": "abcd-efgh-ijkl-mnop"})
    assert "abcd" not in repr(account) + str(account) + f"{account}"


def test_general_checks_apply_to_every_platform() -> None:
    for connector in CONNECTORS:
        problems = connector.check(Post(text=""), Limits(text=5))
        assert [p.field for p in problems if p.severity == "error"] == ["text"], connector
