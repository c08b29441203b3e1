"""The corpus: posts that have broken other tools, each within the limits of every platform it is sent to."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image, ImageDraw

FAMILY = "👨‍👩‍👧‍👦"


@dataclass(frozen=True)
class Entry:
    """`pictures` are (format, alt text)."""

    name: str
    text: str
    language: str = "en"
    pictures: tuple[tuple[str, str], ...] = ()
    link: str = ""
    title: str = ""


PLAIN = (
    Entry("plain", "Hello from the press room."),
    Entry("one letter", "x"),
    Entry("umlauts and ß", "Größere Überraschungen, süße Äpfel — ganz schön ‚spät‘!", "de"),
    Entry("decomposed accents", "cafe\u0301 nai\u0308ve", "fr"),
    Entry("Chinese", "今天我们发布了新的报告，欢迎阅读。", "zh"),
    Entry("Japanese with full-width marks", "本日、新しい報告書を公開しました！「ご覧ください」", "ja"),
    Entry("Korean", "오늘 새로운 보고서를 발표했습니다.", "ko"),
    Entry("Arabic", "نشرنا اليوم تقريرًا جديدًا عن المياه.", "ar"),
    Entry("Hebrew with a number and English", "הדוח של 2026 (PDF) פורסם היום", "he"),
    Entry("mixed directions with marks", "Report: \u2067دراسة 42\u2069 is out", "en"),
    Entry("Hindi conjuncts", "क्षेत्रीय स्तर पर नई रिपोर्ट प्रकाशित", "hi"),
    Entry("Thai", "วันนี้เราเผยแพร่รายงานฉบับใหม่", "th"),
    Entry("emoji families", f"Families {FAMILY}{FAMILY} 👩🏽‍🚀 🧑🏿‍🤝‍🧑🏻"),
    Entry("flags and keycaps", "🇩🇪🇺🇳🏴󠁧󠁢󠁷󠁬󠁳󠁿 1️⃣ #️⃣ ❤️‍🔥 ☎️"),
    Entry("only emoji", "🎉🎉🎉"),
    Entry("mathematical letters", "𝕻𝖗𝖊𝖘𝖘 𝟚𝟘𝟚𝟞 ½ × √2 ≈ 0.7"),
)
EDGES = (
    Entry("300 graphemes of ASCII", "a" * 300),
    Entry("300 graphemes of CJK", "報" * 300, "ja"),
    Entry("119 emoji families (2975 bytes)", FAMILY * 119),
    Entry("300 graphemes with combining marks", "e\u0301" * 300),
    Entry("newlines", "First line\nsecond line\n\nNew paragraph\n\n\n\nafter three empty lines"),
    Entry("line ends of Windows", "one\r\ntwo\r\n\r\nthree"),
    Entry("white space around and inside", "  two  spaces and a tab\there  \n"),
    Entry("markup", "1 < 2 && 3 > 2; <b>not bold</b> &amp; &lt;script&gt; \"quoted\" 'single'"),
    Entry("Markdown", "**bold** _italic_ `code` # not a heading\n- item\n> quote"),
    Entry("zero width characters", "zero\u200bwidth\u200dand\ufeffmarks"),
)
LINKS = (
    Entry("a link", "Read it: https://example.com/reports/2026?x=1&y=2#top."),
    Entry("links in brackets", "(https://en.wikipedia.org/wiki/Press_(journalism)) and [https://example.org]."),
    Entry("IDN link", "Neu: https://bücher.example/größe?q=ä und https://例え.jp/見る", "de"),
    Entry("a long link", "https://example.com/" + "very/" * 30 + "long"),
    Entry("a link with a card", "The report", link="https://example.com/report", title="Report 2026"),
    Entry("mentions", "Thanks @desk.test and @nobody.test, mail press@example.org"),
    Entry("mentions of the fediverse", "Thanks @anna@social.example and @desk!"),
    Entry("hashtags", "#news #über_uns #日本 #2026 #a1! (#end) C# #"),
    Entry("everything at once", "日本 👨‍👩‍👧 @desk.test https://例え.jp/ü #ニュース\n\nEnde 🎉", "ja"),
)
ALTS = ("A red square", "Ein Quadrat – größer als „eins“ & <zwei>", "図3：青い四角", "Two\nlines 👨‍👩‍👧 of alt text")
PICTURES = (
    Entry(
        "four images with alt text",
        "Four pictures",
        pictures=tuple(zip(("PNG", "JPEG", "WEBP", "PNG"), ALTS, strict=True)),
    ),
    Entry("one image without alt text", "One picture", pictures=(("JPEG", ""),)),
    Entry("an image and no text", "", pictures=(("PNG", "Only this picture"),)),
    Entry("a long alt text", "Long description", pictures=(("PNG", "word " * 199 + "end"),)),
)
CORPUS = PLAIN + EDGES + LINKS + PICTURES


def picture(kind: str, number: int) -> tuple[bytes, str, int, int]:
    """(bytes, MIME type, width, height) of a small picture of its own."""
    width, height = 160 + 10 * number, 90
    image = Image.new("RGB", (width, height), (40 * number % 255, 90, 160))
    ImageDraw.Draw(image).rectangle((10, 10, 60 + number, 60), fill=(220, 30, 40))
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue(), f"image/{kind.lower()}", width, height
