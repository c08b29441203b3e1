"""Metrics: how publishing goes, counted from what was settled. Later: what the posts achieved (metric events, rollups).

Nouns: success rate (settled records of a window; unknown stands beside it, never in it), error type, lead time
(due → live). No states of its own. A job adds up past days (models.py); what it has not added up is counted from the records.
"""
