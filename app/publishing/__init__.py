"""Publishing: an approved version goes out once to every planned account, and the desk can prove it.

Nouns: publish job (one version, several accounts), publish record (one account), attempt (one try or one lookup),
hold (why a record may not go), rate window, platform.

States of a record: pending, publishing (prepare → commit), confirming, retrying, unknown, success, failed, cancelled.
A job's status is derived from its records.

The row is the truth, the broker only says that there is work: `actions/` moves rows for people, `app.delivery` for the workers.
"""
