"""What the pages of accounts share."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from flask import Response, abort, url_for

from app.accounts import breaker, posting_rules, queries
from app.accounts.banner import Banner, BannerFacts, banner
from app.accounts.forms import ConnectForm
from app.accounts.models import Account
from app.audit.queries import timeline
from app.core import settings
from app.lib import clock
from app.lib.errors import NotFound
from app.platforms import registry
from app.platforms.base import Platform
from app.publishing.queries.backlog import waiting_by_account
from app.web.pages import render


def page_context(account_id: uuid.UUID) -> dict[str, Any]:
    account = queries.by_id(account_id)
    open_until, streak = account.breaker_open_until, account.failure_streak
    return {
        "account": account,
        "spec": spec_or_plain(account.platform),
        "waiting": waiting_by_account().get(account.id),
        "rows": timeline("platform_credentials", account.id),
        "breaker": breaker.state(streak, open_until, clock.now(), settings.get("accounts.breaker_after")),
        "slots": posting_rules.slot_lines(account.configuration.get("slots") or []),
        "banner": _banner(account),
        "checked_at": queries.checked_at(account),
        "same_place": queries.accounts_at_same_place(account) if account.deleted_at is None else [],
    }


def _banner(account: Account) -> Banner | None:
    check = account.meta.get("check") or {}
    return banner(
        BannerFacts(
            platform=spec_or_plain(account.platform).name,
            status=account.status,
            is_disconnected=account.deleted_at is not None,
            outcome=check.get("outcome") or "",
            field=check.get("field") or "",
            has_worked=account.last_verified_at is not None,
            is_paused=account.paused_at is not None,
            ends_soon=account.expires_at is not None and account.expires_at < notice_limit(),
        )
    )


def form_renderer(form: Any, template: str, **context: Any) -> Callable[[], Response]:
    def show() -> Response:
        if isinstance(form, ConnectForm):
            form.forget_misplaced()
        return render(template, form=form, **context)

    return show


def account_renderer(account: Account) -> Callable[[], Response]:
    return lambda: render("accounts/show.html", **page_context(account.id))


def account_url(account: Account) -> str:
    return url_for("accounts.show", account_id=account.id)


def get_connected(account_id: uuid.UUID) -> Account:
    account = queries.by_id(account_id)
    if account.deleted_at is not None:
        raise NotFound("This account was disconnected. Connect it again from the list of accounts.")
    return account


def spec_or_plain(slug: str) -> Platform:
    """The platform's card; a bare one for a row that was made by hand for a platform without a connector."""
    cards = {connector.spec.slug: connector.spec for connector in registry.all()}
    return cards.get(slug) or Platform(
        slug, slug.capitalize(), "world", "token", caveats=("No connector: nothing is sent there.",)
    )


def spec_or_404(slug: str) -> Platform:
    try:
        return registry.get(slug).spec
    except KeyError:
        abort(404)


def notice_limit() -> datetime:
    return clock.now() + timedelta(days=settings.get("accounts.expiry_notice_days"))
