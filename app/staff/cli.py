"""`flask staff …`: add people, list them, help those who cannot get in. Works without the web."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import click
from flask.cli import AppGroup

from app.core import actor
from app.core.transactions import read_only, transaction
from app.lib.errors import PressroomError
from app.lib.roles import ROLES
from app.staff import actions, passwords
from app.staff.models import User
from app.staff.queries import STAFF, by_email

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")
staff_cli = AppGroup("staff", help="People: create, list, role, password, unlock, suspend, reactivate.")


def _from_file(_context: click.Context, _option: click.Parameter, path: str | None) -> str | None:
    """The first line of a file, or of what is piped in."""
    if path is None:
        return None
    try:
        with click.open_file(path) as lines:
            found: str = lines.readline(passwords.LONGEST * 8).rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise click.BadParameter(f"it cannot be read ({getattr(error, 'strerror', None) or 'not text'})") from None
    if not found:
        raise click.BadParameter("there is no password in it")
    return found


def _never(_context: click.Context, _option: click.Parameter, value: str | None) -> None:
    """Everybody on the machine can read the process list, and the shell keeps its history."""
    if value is not None:
        raise click.UsageError(
            "A password on the command line can be read by others. Use --ask or --password-file FILE."
        )


def password_options(command: F) -> F:
    """How a password may be given: typed, or by a file. Handed on as `given`."""
    command = click.option("--password", callback=_never, hidden=True, expose_value=False)(command)
    command = click.option("--ask", is_flag=True, help="Type the password, twice; it is not shown.")(
        _with_prompt(command)
    )
    return click.option(
        "--password-file", "given", metavar="FILE", callback=_from_file,
        help="A file whose first line is the password; - reads it from what is piped in. Else a random one is printed once.",
    )(command)  # fmt: skip


def _with_prompt(command: F) -> F:
    @functools.wraps(command)
    def run(*args: Any, ask: bool, given: str | None, **more: Any) -> Any:
        if ask and given is not None:
            raise click.UsageError("Use --ask or --password-file, not both.")
        if ask:
            given = click.prompt("Password", hide_input=True, confirmation_prompt="Once more")
        return command(*args, given=given, **more)

    return run  # type: ignore[return-value]


def _check_password(given: str | None, *own: str) -> str | None:
    """The password that was given. Fails with what is wrong with it."""
    if given is not None and (wrong := passwords.complaint(given, *own)):
        raise click.ClickException(wrong)
    return given


@staff_cli.command("create")
@click.argument("email")
@click.option("--name", help="The name that others see; by default the part before the @.")
@click.option("--role", type=click.Choice(ROLES), default="editor", show_default=True)
@password_options
def create(email: str, name: str | None, role: str, given: str | None) -> None:
    """Add a member of the staff."""
    chosen = _check_password(given, email, name or "") or passwords.random_password()
    user = _run(actions.create_staff, email, email.partition("@")[0] if name is None else name, role, chosen)
    click.echo(f"{user.full_name} <{user.email}> is on the staff as {user.role}.")
    _print_password(given, chosen)


@staff_cli.command("list")
def list_staff() -> None:
    """Everybody, one line each."""
    with read_only():
        for user in STAFF.rows({}):
            state = "active" if user.is_active else "suspended"
            click.echo(f"{user.email:40} {user.role:9} {state:10} {user.full_name}")


@staff_cli.command("password")
@click.argument("email")
@password_options
def password_command(email: str, given: str | None) -> None:
    """Set a password and end all sessions."""
    chosen = _check_password(given, email) or passwords.random_password()
    hashed = passwords.hash_password(chosen)
    _run(lambda: actions.set_password(_member(email).id, hashed, None))
    _run(lambda: actions.unlock(_member(email)))
    click.echo("Password set; all sessions ended.")
    _print_password(given, chosen)


@staff_cli.command("role")
@click.argument("email")
@click.argument("role", type=click.Choice(ROLES))
def role_command(email: str, role: str) -> None:
    """Give another role."""
    user = _run(lambda: actions.change_role(_member(email), role))
    click.echo(f"{user.full_name} is now {user.role}.")


@staff_cli.command("unlock")
@click.argument("email")
def unlock_command(email: str) -> None:
    """End the pause after too many failed sign-ins."""
    click.echo(f"{_run(lambda: actions.unlock(_member(email))).full_name} may try again.")


@staff_cli.command("suspend")
@click.argument("email")
def suspend_command(email: str) -> None:
    """Let somebody in no more and end all sessions."""
    click.echo(f"{_run(lambda: actions.suspend(_member(email))).full_name} is suspended.")


@staff_cli.command("reactivate")
@click.argument("email")
def reactivate_command(email: str) -> None:
    """Let somebody sign in again."""
    click.echo(f"{_run(lambda: actions.reactivate(_member(email))).full_name} may sign in again.")


def _member(email: str) -> User:
    user = by_email(email)
    if user is None:
        raise click.ClickException(f"Nobody on the staff has the address {email}. `flask staff list` shows everybody.")
    return user


def _print_password(given: str | None, chosen: str) -> None:
    """A password that was made here is shown once; one that was given is not repeated."""
    if given is None:
        click.echo(f"Password (shown once): {chosen}")


def _run(act: Callable[..., T], *args: object) -> T:
    """One transaction, by the command line; a refusal becomes a message instead of a traceback."""
    try:
        with actor.acting(actor.Actor(type="system", name="Command line")):
            return transaction(act, *args)
    except PressroomError as error:
        raise click.ClickException(str(error)) from None
