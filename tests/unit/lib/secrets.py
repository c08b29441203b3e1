"""200 secrets of many shapes (all invented), twelve ways of writing one, and ordinary text in which nothing is a secret."""

from __future__ import annotations

import base64
import html
import json
import quopri
import random
import re
import string
import urllib.parse
from collections.abc import Callable

DIGITS, LOWER, UPPER = string.digits, string.ascii_lowercase, string.ascii_uppercase
WORD = LOWER + UPPER + DIGITS
HEX = "0123456789abcdef"
URLSAFE = WORD + "-_"

# prefix, alphabet, length of what follows
PLAIN = (
    ("ghp_", WORD, 36), ("gho_", WORD, 36), ("ghs_", WORD, 36), ("ghu_", WORD, 36), ("ghr_", WORD, 36), ("github_pat_", WORD, 60),
    ("glpat-", WORD, 20), ("gldt-", WORD, 20), ("glrt-", WORD, 20), ("xoxb-", DIGITS, 24), ("xoxp-", DIGITS, 24), ("xapp-1-", UPPER + DIGITS, 30),
    ("AKIA", UPPER + DIGITS, 16), ("ASIA", UPPER + DIGITS, 16), ("AIza", URLSAFE, 35), ("ya29.", WORD, 60), ("GOCSPX-", WORD, 28),
    ("1//0", WORD, 40), ("sk_live_", WORD, 24), ("rk_live_", WORD, 24), ("sk_test_", WORD, 24), ("whsec_", WORD, 32), ("EAA1", WORD, 60),
    ("npm_", WORD, 36), ("pypi-", WORD, 60), ("hf_", WORD, 34), ("dckr_pat_", WORD, 27), ("sk-1", WORD, 47), ("sk-proj-1", WORD, 60),
    ("sk-ant-1", WORD, 60), ("SG.", WORD, 22), ("dop_v1_", HEX, 64), ("shpat_", HEX, 32), ("sq0csp-", WORD, 43), ("lin_api_", WORD, 40),
    ("glsa_", WORD, 41), ("hvs.", WORD, 90), ("dapi", HEX, 32), ("ATATT3", WORD, 60), ("sl.1", WORD, 60),
)  # fmt: skip


def some(dice: random.Random, alphabet: str, length: int) -> str:
    """Always with a digit and a letter, as a random one of this length nearly always has."""
    made = "".join(dice.choice(alphabet) for _ in range(length - 2))
    letters = [c for c in alphabet if c.isalpha()] or ["7"]
    digits = [c for c in alphabet if c.isdigit()] or ["q"]
    return dice.choice(letters) + dice.choice(digits) + made


def shaped() -> list[str]:
    """200 secrets that a stranger's answer may hold; each is one by its shape."""
    dice = random.Random(20261129)
    found = [prefix + some(dice, alphabet, length) for prefix, alphabet, length in PLAIN for _ in range(3)]
    for _ in range(12):
        head = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').decode().rstrip("=")
        found.append(f"{head}.{some(dice, URLSAFE, 60)}.{some(dice, URLSAFE, 43)}")
        found.append(f"{dice.randrange(10**8, 10**10)}:AA{some(dice, URLSAFE, 33)}")
        groups = [some(dice, LOWER[:10] + "234567", 4) for _ in range(4)]
        found.append("-".join(groups))
        found.append("-".join(some(dice, LOWER[:8] + "23456789", 4) for _ in range(6)))
        found.append(f"xox{dice.choice('baps')}-{dice.randrange(10**11)}-{some(dice, WORD, 24)}")
        found.append(f"M{some(dice, WORD, 23)}.{some(dice, WORD, 6)}.{some(dice, URLSAFE, 30)}")
    found += [
        f"eyJ{some(dice, WORD, 30)}.{some(dice, WORD, 30)}.{some(dice, WORD, 30)}" for _ in range(200 - len(found))
    ]
    return found[:200]


def opaque() -> list[str]:
    """60 that only who knows them can know: app passwords, passphrases, keys of hooks, in every script."""
    dice = random.Random(7)
    made = [some(dice, WORD + "+/=-_.~!*", length) for length in range(12, 52)]
    made += [
        "correct horse battery staple",
        "пароль для рыбного стола",
        "鱼缸里的石头很漂亮九个字",
        "kalt&heiß<und>süß=gut",
        'mit "Zitat" und \\ Strich',
    ]
    made += [f"Passw0rd-{n}-{some(dice, WORD, 9)}" for n in range(15)]
    return made


def _percent(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode())


ENCODINGS: dict[str, Callable[[str], str]] = {
    "plain": lambda s: s,
    "JSON \\u": lambda s: "".join(f"\\u{unit:04x}" for c in s for unit in _units(c)),
    "JSON string": lambda s: json.dumps(json.dumps(s))[1:-1],
    "URL upper": lambda s: urllib.parse.quote(s, safe=""),
    "URL lower, all": _percent,
    "HTML entities": lambda s: "".join(
        f"&#{ord(c)};" if n % 2 else f"&#x{ord(c):X};" for n, c in enumerate(html.unescape(s))
    ),
    "base64": lambda s: base64.b64encode(s.encode()).decode(),
    "base64 urlsafe, unpadded, inside": lambda s: base64.urlsafe_b64encode(f"u:{s}:x".encode()).decode().rstrip("="),
    "hex": lambda s: s.encode().hex().upper(),
    "lines": lambda s: "\r\n ".join(s[n : n + 7] for n in range(0, len(s), 7)),
    "cut": lambda s: s[: max(20, int(len(s) * 0.7))],
    "quoted-printable": lambda s: quopri.encodestring(s.encode(), quotetabs=True).decode().replace("3D", "3d"),
}


def _units(c: str) -> list[int]:
    raw = c.encode("utf-16-be")
    return [int.from_bytes(raw[n : n + 2], "big") for n in range(0, len(raw), 2)]


ORDINARY = """Five stones, one story: the Oyaishi leans into the current; the other four follow.
Basic understanding of water chemistry helps. Bearer certificates were abolished; Token prices rose again.
A basic introduction. The bearer carried lanterns. Bot accounts welcome? Digest everything slowly.
Our secretary Ms. Passmore keeps the cookies: chocolate=yes, and the token of our appreciation: a book.
Password tips: choose four words. Secret: there is none. Passwords matter! Session 12: Room B. Cookie recipe: flour, butter, sugar
commit 84219a5b6c1f2d3e4a5b6c7d8e9f0a1b2c3d4e5f, tree 9fceb02d0ae598e95dc970b74767f19372d61af8
sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
md5 d41d8cd98f00b204e9800998ecf8427e etag "33a64df551425fcc55e4d42a148795d9f25f89d4" W/"0815"
123e4567-e89b-12d3-a456-426614174000 and 01a226fa-7003-76bc-9446-af08243b74c9
at://did:plc:ewvi7nxzyoun6zhxrhs64oiz/app.bsky.feed.post/3k4duaz5vfs2b bafyreihffx5a2e7k5uwrmmgofbvzujc5cmw5h4espouwuxt3liqoflx3ee
https://mastodon.social/@oyaishi/111234567890123456 https://bsky.app/profile/oyaishi.example/post/3k4duaz5vfs2b
https://www.youtube.com/watch?v=dQw4w9WgXcQ&list=PLrAXtmErZgOeiKm4sgNOknGvNjby9efdf https://youtu.be/dQw4w9WgXcQ
https://example.org/a/b/c?utm_source=newsletter&utm_campaign=winter-2026&page=2#section-3
https://discord.com/channels/123456789012345678/234567890123456789 https://hooks.example.org/docs/webhooks
https://docs.google.com/document/d/1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms/edit
https://t.me/oyaishi_desk/1234 tg://resolve?domain=oyaishi
mail mara.voss@desk.example, call +49 30 1234567-89 or (555) 010-9999, fax 030/9876543
2026-11-29T16:00:00+01:00, 29.11.2026, 16:00:59.123, week 48, 1 2/3, 50 %, 3.14159265358979
IPv6 2001:db8:85a3::8a2e:370:7334, MAC 00:1B:44:11:3A:B7, ISBN 978-3-16-148410-0, IBAN DE89 3704 0044 0532 0130 00
4111-1111-1111-1111 is a test card; 1234-5678-9012-3456 another number; order 2026-0001-0002-0003
version 2.12.1-rc.3+build.20261129, python3.11-slim-bookworm, node_modules, __init__.py, snake_case_names, camelCaseNames
#Aquascaping #Iwagumi @oyaishi@mastodon.social @oyaishi.example.org, we-like-long-hyphenated-words in the title
Status: 503 Service Unavailable; Retry-After: 120; X-Request-Id: 7f3a9c2e-11d4-4b6e-9d6f-0a1b2c3d4e5f; RateLimit-Reset: 1764432000
"id":"111234567890123456","created_at":"2026-11-29T16:00:00.000Z","language":"en","visibility":"public","media_ids":[]
{"error":"Validation failed: Text character limit of 500 exceeded","code":422,"url":"https://mastodon.social/api/v1/statuses"}
smtp; 550 5.7.1 <mara@desk.example>: Recipient address rejected: Access denied (in reply to RCPT TO command)
421 4.7.0 Try again later, closing connection. a1b2c3d4e5f6-aaaabbbbcccc-1122334455mr - gsmtp
Traceback (most recent call last): File "/srv/pressroom/app/worker.py", line 168, in _schedule: ValueError: invalid literal for int()
psycopg.errors.LockNotAvailable: canceling statement due to lock timeout CONTEXT: while locking tuple (0,12) in relation "users"
Ж друг мой кит плывёт под мостом 42. 三只小鱼在树上唱歌。 الأسماك تسبح تحت الجسر في الفجر. 🐟🐟 swim under 🌉 at dawn 👨‍👩‍👧‍👦
R&D at AT&T: 5 < 6 > 4 &amp; so on; a=b, c==d, x=3D, =E9 means é, 100%25 sure, caf%C3%A9, C:\\Users\\mara\\notes.txt \\u0041
SGML, SKU SK-12, skin-care, sk-ating, desk-top-publishing-for-everybody-2026, glass, ghosts, glitter-pen-set-of-12-colours, npm install
AKIAH is a name, EAAST a typo, EYJAFJALLAJOKULL erupted 2010, eyjafjallajökull.is/webcam.html, AIzawa sensei, xoxo - hugs - 1234, SG. Dresden
key: C major; keyboard=qwertz; keys: 3; author: Mara Voss; authority: none; passing: yes; compass: north-by-northwest; footpath=river7side
pin the post; pinned=true; auth: no; code=EADDRINUSE; signature dish: ramen; tokens: 5; otpauth is a scheme; hotpot=Number9; laptop: X1Carbon9
Reset /reset and /invite pages; /services/consulting/pricing; /webhooks/ docs; cookies=none; Set of 3: a=1; Cookie policy: see below
data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7
TWVyZSBvcmRpbmFyeSB0ZXh0IGluIGJhc2U2NA== and 4d657265206f7264696e617279207465787420696e20686578
BEGIN:VCALENDAR VERSION:2.0 -----BEGIN PUBLIC KEY----- MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE -----END PUBLIC KEY-----""".splitlines()


PIECE = 8
"""Characters of a secret in a row that may not be left."""


def is_left(text: str, secret: str, least: int = PIECE) -> bool:
    """Whether a piece of the secret can be read in the text, however it is written there. A reader of its own."""
    readings = {text, re.sub(r"\s*\r?\n\s*", "", text)}
    for _ in range(2):
        for one in list(readings):
            readings.add(urllib.parse.unquote(one))
            readings.add(
                re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), one)
                .replace("\\\\", "\\")
                .replace('\\"', '"')
            )
            readings.add(
                re.sub(r"&#(?:x([0-9a-fA-F]+)|(\d+));", lambda m: chr(int(m[1], 16) if m[1] else int(m[2])), one)
            )
            readings.add(re.sub(r"=\r?\n", "", one))
            readings.add(
                re.sub(
                    r"(?:=[0-9A-Fa-f]{2})+",
                    lambda m: bytes.fromhex(m[0].replace("=", "")).decode("utf-8", "replace"),
                    one,
                )
            )
    for one in list(readings):
        for blob in re.findall(r"[A-Za-z0-9+/_-]{11,}", one):
            plain = blob.replace("-", "+").replace("_", "/")
            for start in range(4):
                piece = plain[start : start + (len(plain) - start) // 4 * 4]
                readings.add(base64.b64decode(piece).decode("utf-8", "replace"))
            if re.fullmatch(r"[0-9A-Fa-f]+", blob):
                readings.add(bytes.fromhex(blob[: len(blob) // 2 * 2]).decode("utf-8", "replace"))
    everything = "\0".join(readings).lower()
    return any(secret[n : n + least].lower() in everything for n in range(len(secret) - least + 1))
