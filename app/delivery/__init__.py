"""Delivery: how a publish record goes out, never twice and never lost (docs/delivery.md).

Nouns: claim, lease, delivery (one record in a worker's hands), attempt. States: those of the publish record (docs/states.md).
The rows are publishing's; nothing of publishing knows this room.
"""
