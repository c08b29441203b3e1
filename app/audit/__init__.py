"""Audit: the trace that every verb leaves, and the proof that nobody altered it.

Nouns: entry (a row of `audit_log`), seal (the hash of a minute's entries, chained), event (an entry that something
follows), delivery (one job that follows one event). Lowest of the rooms: it knows none of the others.
Entries have no states; a delivery is open until `handled_at` is set.
"""
