"""What is a secret by its shape, whoever it belongs to. Pure, linear: something that a pattern cannot do without is looked for
first, a word or a cheaper pattern.

The shapes are those that the platforms publish for their own scanners (GitHub, GitLab, Slack, AWS, Google, Stripe, Meta, npm,
PyPI, OpenAI, Discord, Telegram, SendGrid, DigitalOcean, …), keys in PEM, JWT, what follows Bearer and Basic, cookies, links
with a password in them; and, in base64 or hexadecimal, a text that holds one.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator

from app.lib.secret_views import Span

Test = Callable[[str], bool]
_EDGE = rb"(?<![A-Za-z0-9])"


def _is_mixed(value: bytes) -> bool:
    """No word that people write: digits among letters, capitals inside, or the padding of an encoding."""
    letters = re.search(rb"[A-Za-z]", value)
    if letters and (re.search(rb"\d", value) or value.endswith(b"=")):
        return True
    return len(value) >= 12 and bool(re.search(rb"[a-z][A-Z]|[A-Z]{2}[a-z]", value))


def _re(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(_EDGE + rb"(?P<secret>" + pattern + rb")")


def _run(pattern: bytes, otherwise: bytes) -> re.Pattern[bytes]:
    """For a shape whose end may be missing: the run without it is passed over, or it would be read anew from each beginning in it."""
    return re.compile(_EDGE + rb"(?:(?P<secret>" + pattern + rb")|" + otherwise + rb")")


# Words that must be there, in small letters, or a pattern that begins with the one character that a search can jump to.
Needs = tuple[bytes, ...] | re.Pattern[bytes]
SHAPES: tuple[tuple[Needs, re.Pattern[bytes]], ...] = (
    ((b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_", b"github_pat_"), _re(rb"gh[pousr]_[A-Za-z0-9]{8,}|github_pat_[A-Za-z0-9_]{8,}")),
    ((b"github_pat_",), _re(rb"github_pat_[A-Za-z0-9_]{8,}")),
    ((b"gl",), _re(rb"gl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|soat|ffct|oas)-[A-Za-z0-9_-]{8,}")),
    ((b"xox", b"xapp-"), _re(rb"(?:xox[a-z](?:\.xox[a-z])?|xapp)-[A-Za-z0-9-]{8,}")),
    ((b"akia", b"asia", b"abia", b"acca", b"aroa", b"aida"), _re(rb"(?:AKIA|ASIA|ABIA|ACCA|AROA|AIDA)[A-Z0-9]{8,16}(?![A-Za-z0-9])")),
    ((b"aiza", b"ya29.", b"gocspx-", b"1//0"), _re(rb"AIza[\w-]{8,}|ya29\.[\w-]{8,}|GOCSPX-[\w-]{8,}|1//0[\w-]{16,}")),
    ((b"_live_", b"_test_", b"whsec_"), _re(rb"(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{8,}|whsec_[A-Za-z0-9+/=_-]{8,}")),
    ((b"eaa", b"igq", b"igaa", b"thaa"), _re(rb"(?:EAA|IGQ|IGAA|THAA)(?=[A-Za-z]*\d)[A-Za-z0-9_-]{20,}")),
    ((b"npm_", b"pypi-", b"hf_", b"dckr_pat_"), _re(rb"(?:npm_|hf_)[A-Za-z0-9]{8,}|(?:pypi-|dckr_pat_)[\w-]{8,}")),
    ((b"sk-",), _run(rb"sk-(?=[\w-]*\d)[\w-]{16,}", rb"sk-[\w-]*")),
    ((b"sg.",), _re(rb"SG\.[\w-]{8,}(?:\.[\w-]{8,})?")),
    ((b"dop_v1_", b"doo_v1_", b"dor_v1_"), _re(rb"do[opr]_v1_[a-f0-9]{8,}")),
    ((b"shpat_", b"shpca_", b"shppa_", b"shpss_", b"sq0", b"lin_", b"ntn_", b"glsa_", b"hvs.", b"dapi", b"atatt3", b"sl."),
     _re(rb"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{8,}|sq0[a-z]{3}-[\w-]{8,}|lin_(?:api|oauth)_[A-Za-z0-9]{8,}|ntn_[A-Za-z0-9]{16,}"
         rb"|glsa_[A-Za-z0-9_]{16,}|hvs\.[\w-]{16,}|dapi[a-f0-9]{16,}|ATATT3[\w=-]{16,}|sl\.(?=[\w-]*\d)[\w-]{30,}")),
    ((b"eyj",), _run(rb"eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*){0,3}", rb"eyJ[A-Za-z0-9_-]*")),
    ((b"private key",), re.compile(rb"(?P<secret>-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----|\Z))", re.S)),
    ((b"bot",), re.compile(rb"bot(?P<secret>\d{6,12}:[A-Za-z0-9_-]{8,})")),
    (re.compile(rb":(?:AA|[A-Za-z0-9_-]{30})"), re.compile(rb"(?<!\d)(?P<secret>\d{6,12}:(?:AA[A-Za-z0-9_-]{8,}|[A-Za-z0-9_-]{30,}))")),
    ((b"/webhook", b"/services/"),
     re.compile(rb"(?:/webhooks/\d+/|/services/[A-Z0-9]+/[A-Z0-9]+/|/webhookb2/)(?P<secret>[^/?#\s\"'<>\\]+)")),
    ((b"/reset/", b"/invite/"), re.compile(rb"/(?:reset|invite)/(?P<secret>[0-9a-f]{40,72})")),
    ((b"://",), re.compile(rb"://(?P<secret>[^\s/?#\"'<>@\[\]\\]{1,200}(?:\[redacted\])?)@")),
    ((b"ookie",), re.compile(rb"(?:set-)?\bcookie[\"']?: ?[\"']?(?=[^\s=;]{1,100}=)(?P<secret>[^\r\n\"]+)", re.I)),
    (re.compile(rb"-(?<=[a-z0-9]{4}-)(?<![A-Za-z0-9-][a-z0-9]{4}-)[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}"), re.compile(rb"(?<![A-Za-z0-9-])(?P<secret>(?=[\d-]{0,18}[a-z])[a-z0-9]{4}(?:-[a-z0-9]{4}){3}(?:-[a-z0-9]{4}-[a-z0-9]{4})?)(?![A-Za-z0-9-])")),
    (re.compile(rb"\.[A-Za-z\d_-]{6}\."), _re(rb"[MNO][A-Za-z\d_-]{22,27}\.[A-Za-z\d_-]{6}\.[A-Za-z\d_-]{8,}")),
)  # fmt: skip
_WORDS = [
    (word.decode(), place) for place, (needs, _) in enumerate(SHAPES) if isinstance(needs, tuple) for word in needs
]
_WITHOUT_UNDERSCORE = [(word, place) for word, place in _WORDS if "_" not in word]
_CHEAPER = [(needs, place) for place, (needs, _) in enumerate(SHAPES) if isinstance(needs, re.Pattern)]
_SCHEMES = re.compile(rb"\b(?:Bearer|Basic|DPoP|Bot|Token)\s+(?P<secret>[A-Za-z0-9._~+/=:-]{8,})", re.I)
_BEFORE = ("bearer", "basic", "dpop", "bot", "token")
# A name is not given back letter by letter: whatever follows it begins with none of its characters.
_PAIRS = re.compile(
    rb"(?<![\w.-])([\w.-]{2,40}+)[\"']?\s{0,3}(?:=>|[:=])\s{0,3}[\"']?(?P<secret>[A-Za-z0-9._~+/=:-]{8,})"
)
_BLOBS = re.compile(rb"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{16,}={0,2}")
_ONLY_HEX = re.compile(rb"[0-9A-Fa-f]+")
_ONE_ALPHABET = bytes.maketrans(b"-_", b"+/")
_PRINTABLE = re.compile(rb"[\t\r\n\x20-\x7e]+")


def spans(data: bytes, is_secret_name: Test, deep: bool = True) -> Iterator[Span]:
    """Each place in `data`. `deep`: also what base64 or hexadecimal stands for."""
    low = data.lower().decode("latin-1")  # words are found faster in a text than in bytes
    for place in may_be(data, low):
        for match in SHAPES[place][1].finditer(data):
            if match["secret"] is not None:
                yield match.span("secret")
    if any(word in low for word in _BEFORE):
        for match in _SCHEMES.finditer(data):
            if _is_mixed(match["secret"]):
                yield match.span("secret")
    if b"=" in data or b":" in data:
        for match in _PAIRS.finditer(data):
            if is_secret_name(match[1].decode("ascii", "replace")) and _is_mixed(match["secret"]):
                yield match.span("secret")
    if deep:
        for match in _BLOBS.finditer(data):
            plain = _unpacked(match[0])
            if plain and any(True for _ in spans(plain, is_secret_name, deep=False)):
                yield match.span()


def may_be(data: bytes, low: str) -> list[int]:
    """Which of the shapes may be there; the others cannot. `low`: the same as a text in small letters."""
    words = _WORDS if "_" in low else _WITHOUT_UNDERSCORE
    found = {place for word, place in words if word in low}
    return sorted(found.union(place for needs, place in _CHEAPER if needs.search(data)))


def _unpacked(blob: bytes) -> bytes:
    """What it stands for, when that is a text."""
    if len(blob) % 2 == 0 and _ONLY_HEX.fullmatch(blob):
        found = binascii.unhexlify(blob)
    else:
        plain = blob.rstrip(b"=").translate(_ONE_ALPHABET)
        plain = plain[: len(plain) - 1] if len(plain) % 4 == 1 else plain
        found = base64.b64decode(plain + b"=" * (-len(plain) % 4))
    return found if _PRINTABLE.fullmatch(found) else b""
