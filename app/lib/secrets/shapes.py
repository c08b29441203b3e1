"""The table of what is a secret by its shape, whoever it belongs to: one for redaction and for guesses alike. Pure data.

Prefixes and lengths are those of the platform's own page (named at each row) or, where it says only `gitleaks`, of that
maintained rule list (gitleaks.io, config/gitleaks.toml, read in 2026). A row finds a beginning of a secret, too: servers cut what
they repeat. `whole` is what a guess asks for in people's own texts, a little below the true length for what was badly copied.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

# Words that must be there, in small letters, or a pattern that begins with the one character that a search can jump to.
Needs = tuple[bytes, ...] | re.Pattern[bytes]
NEVER = 1 << 30
_EDGE = rb"(?<![A-Za-z0-9])"


@dataclass(frozen=True, slots=True)
class Shape:
    """`name`: for people, after "looks like". `needs`: what is looked for first. `pattern`: its group `secret` is the secret, cut or
    whole. `whole`: characters from which a text of ours is asked about; NEVER where people write such things. `source`: of the shape.
    `is_sure`: a further look at what was found, for a guess."""

    name: str
    needs: Needs
    pattern: re.Pattern[bytes]
    whole: int
    source: str
    is_sure: Callable[[bytes], bool] | None = None


def _re(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(_EDGE + rb"(?P<secret>" + pattern + rb")")


def _from(start: bytes, rest: bytes) -> re.Pattern[bytes]:
    """The same for a shape that always begins with `start` (a fixed text, or one class): a search jumps to it, and looks back there."""
    return re.compile(rb"(?P<secret>" + start + rb"(?<![A-Za-z0-9]" + start + rb")" + rest + rb")")


def _run(pattern: bytes, otherwise: bytes) -> re.Pattern[bytes]:
    """For a shape whose end may be missing: the run without it is passed over, or it would be read anew from each beginning in it."""
    return re.compile(_EDGE + rb"(?:(?P<secret>" + pattern + rb")|" + otherwise + rb")")


def _is_drawn(groups: bytes) -> bool:
    """Four-letter words look like an app password, too: drawn by lot has digits inside groups, or groups without a vowel."""
    parts = groups.split(b"-")
    inside = any(re.search(rb"\d", part) and re.search(rb"[a-z]", part) for part in parts)
    return inside or sum(not re.search(rb"[aeiou]", part) for part in parts) >= 2


def _has_password(user: bytes) -> bool:
    return bool(re.search(rb"[^:]:.", user))


_PEM_END = rb"-----END [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----"
SHAPES: tuple[Shape, ...] = (
    Shape("a private key", (b"private key",),
          re.compile(rb"(?P<secret>-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----.*?(?:" + _PEM_END + rb"|\Z))", re.S), 27, "RFC 7468"),
    Shape("a GitHub token", (b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_", b"github_pat_"),
          _re(rb"gh[pousr]_[A-Za-z0-9]{8,}|github_pat_[A-Za-z0-9_]{8,}"), 34, "docs.github.com: token formats"),
    Shape("a GitLab token", (b"gl",),
          _from(rb"gl", rb"(?:pat|dt|rt|rtr|cbt|ptt|ft|imt|agent|soat|ffct|oas)-[A-Za-z0-9_-]{8,}"), 24, "docs.gitlab.com: token prefixes"),
    Shape("a GitLab token", (b"gr1348941",), _from(rb"GR1348941", rb"[\w-]{8,}"), 24, "docs.gitlab.com: runner registration tokens"),
    Shape("a Slack token", (b"xox", b"xapp-"), _from(rb"x", rb"(?:ox[a-z](?:\.xox[a-z])?|app)-[A-Za-z0-9-]{8,}"), 15, "api.slack.com: token types"),
    Shape("an AWS key", (b"akia", b"asia", b"abia", b"acca", b"aroa", b"aida"),
          _from(rb"A", rb"(?:KIA|SIA|BIA|CCA|ROA|IDA)[A-Z0-9]{8,16}(?![A-Za-z0-9])"), 20, "docs.aws.amazon.com: IAM identifiers"),
    Shape("an AWS key", (b"absk",), _from(rb"ABSK", rb"(?=[A-Za-z]*\d)[A-Za-z0-9+/]{16,}"), 100, "gitleaks"),
    Shape("a Google key", (b"aiza",), _from(rb"AIza", rb"[\w-]{8,}"), 39, "gitleaks"),
    Shape("a Google token", (b"ya29.", b"gocspx-", b"1//0"), _re(rb"ya29\.[\w-]{8,}|GOCSPX-[\w-]{8,}|1//0[\w-]{16,}"), 25, "developers.google.com: OAuth 2.0"),
    Shape("a Stripe key", (b"_live_", b"_test_"), _re(rb"(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{8,}"), 32, "docs.stripe.com: keys"),
    Shape("a webhook's signing key", (b"whsec_",), _from(rb"whsec_", rb"[A-Za-z0-9+/=_-]{8,}"), 30, "standardwebhooks.com"),
    Shape("a Meta access token", (b"eaa", b"igq", b"igaa", b"thaa"),
          _from(rb"[EIT]", rb"(?:(?<=E)AA|(?<=I)GQ|(?<=I)GAA|(?<=T)HAA)(?=[A-Za-z]*\d)[A-Za-z0-9_-]{20,}"), 43, "developers.facebook.com: access tokens"),
    Shape("a Meta access token", re.compile(rb"\|[\w-]{20}"),
          re.compile(rb"(?<!\d)(?P<secret>\d{15,16}\|[\w-]{20,})"), 43, "developers.facebook.com: app tokens"),
    Shape("an npm token", (b"npm_",), _from(rb"npm_", rb"[A-Za-z0-9]{8,}"), 40, "the npm documentation: access tokens"),
    Shape("a PyPI token", (b"pypi-",), _from(rb"pypi-", rb"[\w-]{8,}"), 50, "the help page of PyPI: API tokens"),
    Shape("a Hugging Face token", (b"hf_", b"api_org_"), _re(rb"(?:hf|api_org)_[A-Za-z0-9]{8,}"), 37, "gitleaks"),
    Shape("a Docker token", (b"dckr_",), _from(rb"dckr_", rb"[op]at_[\w-]{8,}"), 32, "docs.docker.com: access tokens"),
    Shape("an API key", (b"sk-",), _run(rb"sk-(?=[\w-]*\d)[\w-]{16,}", rb"sk-[\w-]*"), 27, "OpenAI, Anthropic, OpenRouter: sk-proj, sk-svcacct, sk-ant, sk-or"),
    Shape("an API key", (b"sk_", b"gsk_", b"xai-", b"pplx-"),
          _re(rb"(?:g?sk_|xai-|pplx-)(?=[A-Za-z]*\d)[A-Za-z0-9]{24,}"), 40, "ElevenLabs, Groq, xAI, Perplexity"),
    Shape("a SendGrid key", (b"sg.",), _from(rb"SG\.", rb"[\w-]{8,}(?:\.[\w-]{8,})?"), 50, "gitleaks"),
    Shape("a Brevo key", (b"xkeysib-",), _from(rb"xkeysib-", rb"[a-f0-9]{8,}(?:-[A-Za-z0-9]{4,})?"), 72, "gitleaks"),
    Shape("a Mailgun key", (b"key-",), _from(rb"key-", rb"[a-f0-9]{16,}"), 36, "gitleaks"),
    Shape("a Mailchimp key", re.compile(rb"-us\d"), _re(rb"[a-f0-9]{32}-us\d{1,2}(?![A-Za-z0-9])"), 36, "mailchimp.com/developer: API keys"),
    Shape("a Twilio key", re.compile(rb"SK[0-9a-f]{16}"), _from(rb"SK", rb"[0-9a-f]{16,32}(?![A-Za-z0-9])"), 34, "twilio.com/docs: API keys"),
    Shape("a DigitalOcean token", (b"dop_v1_", b"doo_v1_", b"dor_v1_"), _from(rb"do", rb"[opr]_v1_[a-f0-9]{8,}"), 60, "docs.digitalocean.com: tokens"),
    Shape("a Cloudflare token", (b"cfut_", b"cfat_", b"cfk_"),
          _from(rb"cf", rb"(?:ut|at|k)_(?=[A-Za-z_-]*\d)[\w-]{16,}"), 44, "developers.cloudflare.com: token formats"),
    Shape("an Azure secret", (b"q~",), re.compile(rb"(?<![\w~.-])(?P<secret>[A-Za-z0-9_~.]{3}\dQ~[\w~.-]{16,})"), 37, "gitleaks"),
    Shape("a Shopify token", (b"shpat_", b"shpca_", b"shppa_", b"shpss_"), _from(rb"shp", rb"(?:at|ca|pa|ss)_[a-fA-F0-9]{8,}"),
          38, "shopify.dev: access tokens"),
    Shape("a Square token", (b"sq0",), _from(rb"sq0", rb"[a-z]{3}-[\w-]{8,}"), 29, "gitleaks"),
    Shape("a Linear key", (b"lin_",), _from(rb"lin_", rb"(?:api|oauth)_[A-Za-z0-9]{8,}"), 40, "gitleaks"),
    Shape("a Notion token", (b"ntn_", b"secret_"), _re(rb"(?:ntn_|secret_(?=[A-Za-z]*\d))[A-Za-z0-9]{16,}"), 40, "developers.notion.com: authorization"),
    Shape("a Grafana token", (b"glsa_", b"glc_"), _re(rb"glsa_[A-Za-z0-9_]{16,}|glc_(?=[A-Za-z]*\d)[A-Za-z0-9+/=]{16,}"), 40, "gitleaks"),
    Shape("a Vault token", (b"hvs.", b"hvb.", b"hvr."), _from(rb"hv", rb"[sbr]\.[\w-]{16,}"), 40, "developer.hashicorp.com: vault tokens"),
    Shape("a Databricks token", (b"dapi",), _from(rb"dapi", rb"[a-f0-9]{16,}"), 36, "gitleaks"),
    Shape("an Atlassian token", (b"atatt3", b"atctt3", b"atbb"), _from(rb"AT", rb"(?:ATT3|CTT3|BB)[\w=-]{16,}"), 36, "gitleaks; Bitbucket: ATBB"),
    Shape("a Dropbox token", (b"sl.",), _from(rb"sl\.", rb"(?=[\w-]*\d)[\w-]{30,}"), 60, "gitleaks"),
    Shape("a Postman, RubyGems or Heroku key", (b"pmak-", b"rubygems_", b"hrku-"),
          _re(rb"(?:PMAK-|rubygems_)[a-f0-9]{8,}(?:-[a-f0-9]+)?|HRKU-[\w-]{16,}"), 56, "gitleaks"),
    Shape("a Sentry token", (b"sntrys_", b"sntryu_"), _from(rb"sntry", rb"[su]_[A-Za-z0-9+/=_]{16,}"), 60, "gitleaks"),
    Shape("a session token (JWT)", (b"eyj",),
          _run(rb"eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*){0,3}", rb"eyJ[A-Za-z0-9_-]*"), 40, "RFC 7519"),
    Shape("a Telegram bot token", (b"bot",), re.compile(rb"bot(?P<secret>\d{6,12}:[A-Za-z0-9_-]{8,})"), 40, "core.telegram.org/bots/api"),
    Shape("a Telegram bot token", re.compile(rb":(?:AA|[A-Za-z0-9_-]{30})"),
          re.compile(rb"(?<!\d)(?P<secret>\d{6,12}:(?:AA[A-Za-z0-9_-]{8,}|[A-Za-z0-9_-]{30,}))"), 40, "core.telegram.org/bots/api"),
    Shape("a webhook's address", (b"/webhook", b"/services/"),
          re.compile(rb"(?:/webhooks/\d+/|/services/[A-Z0-9]+/[A-Z0-9]+/|/webhookb2/)(?P<secret>[^/?#\s\"'<>\\]+)"),
          20, "Slack, Discord, Microsoft Teams: incoming webhooks"),
    Shape("a link with a token in it", (b"/reset/", b"/invite/"), re.compile(rb"/(?:reset|invite)/(?P<secret>[0-9a-f]{40,72})"), 64, "this desk's own links"),
    Shape("a password inside an address", (b"://",),
          re.compile(rb"://(?P<secret>[^\s/?#\"'<>@\[\]\\]{1,200}(?:\[redacted\])?)@"), 3, "RFC 3986, 3.2.1", _has_password),
    Shape("a cookie", (b"ookie",), re.compile(rb"(?:set-)?\bcookie[\"']?: ?[\"']?(?=[^\s=;]{1,100}=)(?P<secret>[^\r\n\"]+)", re.I), NEVER, "RFC 6265"),
    Shape("an app password", re.compile(rb"-(?<=[a-z0-9]{4}-)(?<![A-Za-z0-9-][a-z0-9]{4}-)[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}"),
          re.compile(rb"(?<![A-Za-z0-9-])(?P<secret>(?=[\d-]{0,18}[a-z])[a-z0-9]{4}(?:-[a-z0-9]{4}){3}(?:-[a-z0-9]{4}-[a-z0-9]{4})?)(?![A-Za-z0-9-])"),
          19, "bsky.app/settings/app-passwords", _is_drawn),
    Shape("a Discord bot token", re.compile(rb"\.[A-Za-z\d_-]{6}\."),
          _from(rb"[MNO]", rb"[A-Za-z\d_-]{22,27}\.[A-Za-z\d_-]{6}\.[A-Za-z\d_-]{8,}"), 56, "discord.com/developers: reference"),
)  # fmt: skip
