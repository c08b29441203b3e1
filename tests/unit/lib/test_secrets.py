"""One idea of what is a secret: whoever asks for it, redaction or a guess, knows the same kinds; ordinary words are left alone."""

from __future__ import annotations

import random

import pytest
from flask import Flask
from flask_login import LoginManager, UserMixin
from htmx_flask import Htmx

from app.audit.changes import HIDDEN, tidy
from app.lib import redact
from app.lib.secrets import in_field, in_text
from app.outbound.redacted_copies import response_copy
from app.web import form_recovery
from tests.unit.lib.secrets import DIGITS, HEX, LOWER, UPPER, URLSAFE, WORD, some

DRAW = random.Random(4)


def of(prefix: str, alphabet: str, length: int, after: str = "") -> str:
    """Made anew at every run of the same numbers: no such secret stands in the repository."""
    return prefix + some(DRAW, alphabet, length) + after


# what people are told → secrets of that kind, of the length that the platform gives them
TRUE: dict[str, list[str]] = {
    "a GitHub token": [*(of(f"gh{kind}_", WORD, 36) for kind in "pours"), of("github_pat_", WORD, 82)],
    "a GitLab token": [of("glpat-", URLSAFE, 20), of("gldt-", WORD, 20), of("glrt-", WORD, 20), of("glptt-", HEX, 40), of("GR1348941", WORD, 20)],
    "a Slack token": [of("xoxb-", DIGITS, 12, "-") + of("", DIGITS, 12, "-") + of("", WORD, 24), of("xapp-1-", UPPER + DIGITS, 60)],
    "an AWS key": [of("AKIA", UPPER + "234567", 16), of("ASIA", UPPER + "234567", 16), of("ABSK", WORD, 120)],
    "a Google key": [of("AIza", URLSAFE, 35)],
    "a Google token": [of("ya29.", URLSAFE, 120), of("GOCSPX-", WORD, 28)],
    "a Stripe key": [of("sk_live_", WORD, 24), of("rk_live_", WORD, 24), of("sk_test_", WORD, 24)],
    "a webhook's signing key": [of("whsec_", WORD, 32)],
    "a Meta access token": [of("EAAM1", WORD, 120), of("IGQW1", WORD, 120), of("123456789012345|", URLSAFE, 27)],
    "an npm token": [of("npm_", WORD, 36)],
    "a PyPI token": [of("pypi-AgEIcHlwaS5vcmc", URLSAFE, 100)],
    "a Hugging Face token": [of("hf_", WORD, 34)],
    "a Docker token": [of("dckr_pat_", URLSAFE, 27), of("dckr_oat_", URLSAFE, 27)],
    "an API key": [of(f"sk-{kind}1", WORD, 60) for kind in ("proj-", "svcacct-", "ant-api03-", "or-v1-", "")]
    + [of("gsk_", WORD, 52), of("xai-", WORD, 80), of("pplx-", WORD, 48), of("sk_", HEX, 48)],
    "a SendGrid key": [of("SG.", URLSAFE, 22, ".") + of("", URLSAFE, 43)],
    "a Brevo key": [of("xkeysib-", HEX, 64, "-") + of("", WORD, 16)],
    "a Mailgun key": [of("key-", HEX, 32)],
    "a Mailchimp key": [of("", HEX, 32, "-us12")],
    "a Twilio key": [of("SK", HEX, 32)],
    "a DigitalOcean token": [of("dop_v1_", HEX, 64), of("doo_v1_", HEX, 64)],
    "a Cloudflare token": [of("cfut_", WORD, 48), of("cfat_", WORD, 48), of("cfk_", WORD, 48)],
    "an Azure secret": [of("aB38Q~", WORD, 34)],
    "a Shopify token": [of("shpat_", HEX, 32), of("shpss_", HEX, 32)],
    "a Square token": [of("sq0atp-", WORD, 22), of("sq0csp-", WORD, 43)],
    "a Linear key": [of("lin_api_", WORD, 40)],
    "a Notion token": [of("ntn_", DIGITS, 11) + of("", WORD, 35), of("secret_", WORD, 43)],
    "a Grafana token": [of("glsa_", WORD, 32, "_") + of("", HEX, 8), of("glc_", WORD, 60)],
    "a Vault token": [of("hvs.", WORD, 90), of("hvb.", WORD, 138)],
    "a Databricks token": [of("dapi", HEX, 32)],
    "an Atlassian token": [of("ATATT3", WORD, 186), of("ATBB", WORD, 32)],
    "a Dropbox token": [of("sl.1", WORD, 135)],
    "a Postman, RubyGems or Heroku key": [of("PMAK-", HEX, 24, "-") + of("", HEX, 34), of("rubygems_", HEX, 48)],
    "a Sentry token": [of("sntryu_", HEX, 64)],
    "a session token (JWT)": ["eyJhbGciOiJIUzI1NiJ9." + of("eyJzdWIiOiIx", WORD, 30, ".") + of("", URLSAFE, 43)],
    "a Telegram bot token": [of("", DIGITS, 10, ":AA") + of("", URLSAFE, 33)],
    "a Discord bot token": [of("M", WORD, 25, ".") + of("", WORD, 6, ".") + of("", URLSAFE, 38)],
    "an app password": ["k3xw-7abc-zzzz-qqqq", "-".join(some(DRAW, LOWER + "234567", 4) for _ in range(4))],
    "a private key": ["-----BEGIN PRIVATE KEY-----\nMIIEvQ1B" + of("", WORD, 60) + "\n-----END PRIVATE KEY-----"],
    "a webhook's address": ["https://hooks.slack.com/services/T0001/B0001/" + of("", WORD, 24)],
    "a password inside an address": ["https://desk:" + of("", WORD, 12) + "@db.example/desk"],
}  # fmt: skip
ALL = [(kind, secret) for kind, secrets in TRUE.items() for secret in secrets]
NAMES = [
    "password", "new-password", "passphrase", "pwd", "access_token", "csrf_token", "api_key", "api-key", "secret", "client_secret", "private-key",
    "privateKey", "private_key", "otp", "totp", "sessdata", "SESSDATA", "bili_jct", "cookie", "authorization", "accessJwt", "session_id",
    "recovery_code", "signing_key", "credentials", "sid", "pin",
]  # fmt: skip
PLAIN_NAMES = [
    "title", "body", "note", "tags", "variant-bluesky", "comment-mastodon", "media-3-alt", "goal", "reason", "author", "keyword", "secretary", "compass",
    "hotpot", "status", "key_id", "version", "remote_account",
]  # fmt: skip


def test_the_table_is_as_wide_as_it_says():
    assert len(ALL) >= 40 and len(TRUE) >= 35


@pytest.mark.parametrize(("kind", "secret"), ALL)
def test_every_caller_knows_every_kind(kind, secret):
    """Redaction of a text, the copy of an answer, a history, a field of a form, a post; with its name where people are told."""
    said = f"It said: {secret} is not known here"
    copy = response_copy(
        400, {"content-type": "text/plain", "x-echo": secret.partition("\n")[0]}, said.encode(), (), None
    )
    piece = secret[-12:-2] if "://" not in secret or kind == "a webhook's address" else secret.partition("@")[0][-8:]
    told = [redact.text(said), str(copy), str(tidy({"note": said}))]
    assert [text for text in told if piece in text or redact.MARK not in text] == []
    assert (in_text(f"My text {secret} goes on"), in_field(secret)) == (kind, kind)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_means_a_secret_is_one_for_every_caller(name):
    """Headers, addresses, JSON, a history, and the texts of a form that came too late."""
    assert redact.headers({name: "anything"}) == {name: redact.MARK}
    assert (
        "anything" not in redact.url(f"https://x.example/?{name}=anything")
        and redact.value({name: "anything"})[name] == redact.MARK
    )
    assert tidy({name: ["old", "anything"]}) == {name: [HIDDEN, HIDDEN]}
    assert late({name: "anything"}) == []
    assert in_field(f"https://x.example/?{name}=anything") == "a token inside an address"


@pytest.mark.parametrize("name", PLAIN_NAMES)
def test_a_plain_name_is_none_for_any_caller(name):
    assert redact.headers({name: "anything"}) == {name: "anything"} and redact.value({name: "anything"}) == {
        name: "anything"
    }
    assert tidy({name: ["old", "anything"]}) == {name: ["old", "anything"]}
    assert late({name: "anything"}) == [(f"Field {name}", "anything")]
    assert in_field(f"https://x.example/?{name}=anything") is None


def late(form: dict[str, str]) -> list[tuple[str, str]]:
    """What a view that keeps every field gives back of a form that came too late."""
    app = Flask(__name__)
    Htmx(app)
    LoginManager(app).user_loader(lambda _: None)
    app.login_manager.request_loader(lambda _: UserMixin())
    app.add_url_rule("/", "form", form_recovery.recovers_form({"*": "Field {}"})(lambda: ""), methods=["POST"])
    with app.test_request_context("/", method="POST", data=form):
        return form_recovery.recovered_texts()


HARMLESS = [
    "https://x.example/abcdefghijklmnopqrstuvwxyzABCDEF0123456789", "https://docs.google.com/document/d/1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms/edit",
    "https://www.youtube.com/watch?v=dQw4w9WgXcQ&list=PLrAXtmErZgOeiKm4sgNOknGvNjby9efdf", "https://t.me/oyaishi_desk/1234", "https://medium.com/@oyaishi/stones",
    "https://mara@example.org/path", "https://bsky.app/profile/oyaishi.example/post/3k4duaz5vfs2b", "https://shop.example/?code=WINTER2026&key=stones",
    "https://example.org/a/b/c?utm_source=newsletter&utm_campaign=winter-2026&page=2#section-3", "https://hooks.example.org/docs/webhooks",
    "123e4567-e89b-12d3-a456-426614174000", "01a226fa-7003-76bc-9446-af08243b74c9", "did:plc:ewvi7nxzyoun6zhxrhs64oiz", "3k4duaz5vfs2b",
    "at://did:plc:ewvi7nxzyoun6zhxrhs64oiz/app.bsky.feed.post/3k4duaz5vfs2b", "bafyreihffx5a2e7k5uwrmmgofbvzujc5cmw5h4espouwuxt3liqoflx3ee",
    "#iwagumi #ada60p #AquascapeOfTheYear2026", "#EineKleineNachtmusikImGroßenAquariumDesJahres2026", "@oyaishi@mastodon.social",
    "84219a5b6c1f2d3e4a5b6c7d8e9f0a1b2c3d4e5f", "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "deadbeef" * 5, "md5 d41d8cd98f00b204e9800998ecf8427e",
    "我们种植了苔藓" * 20, "三只小鱼在树上唱歌。", "🐟🐟 swim under 🌉 at dawn 👨‍👩‍👧‍👦", "الأسماك تسبح تحت الجسر في الفجر", "Ж друг мой кит плывёт под мостом 42",
    "DE89 3704 0044 0532 0130 00", "FR76 3000 6000 0112 3456 7890 189", "GB29NWBK60161331926819", "BE68 5390 0754 7034", "MT84 MALT 0110 0001 2345 MTLC AST0 01S1",
    "Call +251 911 234567", "+49 30 1234567-89 or (555) 010-9999", "4111-1111-1111-1111 is a test card", "order 2026-0001-0002-0003",
    "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "IMG_20261129_160000_HDR.jpg", "aW1hZ2Utb2YtYS1zdG9uZQ==.png", "DSC01234-Bearbeitet-2.tif",
    "2026-11-29T16:00:00+01:00", "29.11.2026, 16:00:59.123", "week 48", "ISBN 978-3-16-148410-0", "IPv6 2001:db8:85a3::8a2e:370:7334, MAC 00:1B:44:11:3A:B7",
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft", "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz",
    "Basic Donaudampfschifffahrtsgesellschaft", "supercalifragilisticexpialidocious", "a" * 200, "best-shot-ever-made", "From 2019 Best Buys More Than",
    "Bearer certificates were abolished; Token prices rose again", "Passwords matter! Secret: there is none. The token of our appreciation: a book",
    "AKIAH is a name, EAAST a typo, AIzawa sensei, sk-ating, skin-care", "sk-learn-is-a-library-that-everybody-knows", "SG. Dresden, SG.Dynamo-Dresden1953",
    "eyjafjallajökull.is/webcam.html", "node_modules/snake_case_names/camelCaseNames", "glitter-pen-set-of-12-colours", "keyboard=qwertz; key: C major",
    "-----BEGIN PUBLIC KEY----- and END", "| stones | 3 |\n| moss-of-the-year-and-more | 4 |", "hf_aquascapes, npm_modules", "cookie: chocolate=yes",
]  # fmt: skip


def test_there_are_enough_harmless_texts():
    assert len(HARMLESS) >= 40


@pytest.mark.parametrize("text", HARMLESS)
def test_nobody_is_asked_about_a_harmless_text(text):
    assert (in_text(text), in_text(f"Look: {text}, they said")) == (None, None)


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        (of("ghp_", WORD, 10), "a GitHub token"),
        (of("sk_live_", WORD, 9), "a Stripe key"),
        ("best-shot-ever-made", "an app password"),
        ("Basic understanding", None),
        ("sk-aters of Addis", None),
        ("SG.Aquascapes", None),
        ("AIzawa-sensei", None),
        ("-----BEGIN CERTIFICATE-----", None),
    ],
)
def test_a_field_asks_about_what_is_cut_and_leaves_names_alone(field, kind):
    assert in_field(field) == kind
