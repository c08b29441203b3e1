"""Publishing: an approved version goes out once to every planned account, and the desk can prove it.

Nouns: publish job (one version, several accounts), publish record (one account), attempt (one try or one look),
hold (why a record may not go), rate window, slot, platform, local post.

States of a record: pending, publishing (prepare → commit), confirming, retrying, unknown, success, failed, cancelled.
A job's status is derived from its records.

The row is the truth and Redis is the bell: `actions/` moves rows, `delivery.py` calls the platforms (step → call without a
transaction → step), `twins.py` looks again after a resend; `dispatcher.py` and `sweeper.py` are loops of the clock.
"""
