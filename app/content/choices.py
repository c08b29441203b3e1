"""The menus of the composer, in the words that people read. Pure."""

from __future__ import annotations

LANGUAGES = (
    ("en", "English"), ("am", "አማርኛ"), ("ar", "العربية"), ("de", "Deutsch"), ("es", "Español"), ("fa", "فارسی"), ("fr", "Français"),
    ("he", "עברית"), ("hi", "हिन्दी"), ("id", "Bahasa Indonesia"), ("it", "Italiano"), ("ja", "日本語"), ("ko", "한국어"),
    ("nl", "Nederlands"), ("pl", "Polski"), ("pt", "Português"), ("ru", "Русский"), ("sw", "Kiswahili"), ("th", "ไทย"), ("tr", "Türkçe"),
    ("uk", "Українська"), ("vi", "Tiếng Việt"), ("zh", "中文"),
)  # fmt: skip
DISCLOSURES = (
    ("none", "Not written by AI"),
    ("assisted", "Written with the help of AI"),
    ("automated", "Written by AI"),
)
