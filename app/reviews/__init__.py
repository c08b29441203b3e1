"""Reviews: a second person looks at one version and says yes, no, or change this.

Nouns: review request (`approval_requests`, of one immutable version and its hash), decision (append-only), comment.
States of a request: pending → in_review → approved | rejected | changes_requested | escalated; an open one may also
expire (clock), be cancelled (author) or be superseded (new version). Undo brings a settled one back to in_review.
`rules.py` holds who may decide and how fast, without a database; `actions/` does it.
"""
