"""Site: our own public pages and feeds, and the posts that stand on them.

Nouns: local post (put there by the connectors `site` and `sandbox`), feed.
"""
