"""Content: what the desk writes, version by version.

Nouns: content item (what people see and plan), version (an artifact: immutable, with its SHA-256), draft (what a person has
typed and not yet saved), asset (a picture, known by the hash of its bytes), category, tag.
States of an item: draft, review, needs_revision, approved, scheduled, published, rejected, cancelled, archived. An approval names
one version and its hash; every save makes a new version that no approval covers. Scheduled and published are derived from the
counts of open and live records that publishing keeps here.
"""
