"""Each keyed hash is made for one purpose."""

from __future__ import annotations

from app.core.crypto import keyed_hash
from app.staff import known_devices, links


class Somebody:
    """As a row of a link and an owner of a device have it."""

    def __init__(self):
        import uuid
        from datetime import UTC, datetime

        self.id, self.nonce, self.expires_at, self.credentials_epoch = (
            uuid.UUID(int=5),
            "n",
            datetime(2030, 1, 1, tzinfo=UTC),
            1,
        )


def test_a_token_of_one_purpose_proves_nothing_for_another(session_app):
    """(ASVS 9.2.2) A link of an invitation is none for a new password, whatever else is alike; nor does a value slip over the seam."""
    row = Somebody()
    with session_app.app_context():
        invited = links.make_token(row, "invite")
        assert links.matches(row, invited, "invite") and not links.matches(row, invited, "reset")
        cookie = known_devices.add_device(None, row)
        head, _, mac = cookie.rpartition(".")
        assert known_devices.device_nonce(cookie, row) and mac not in (
            keyed_hash(head, "invite")[:40],
            keyed_hash(head, "reset")[:40],
        )
        assert keyed_hash("b", "a") != keyed_hash("a", "b") and keyed_hash("x", "a") != keyed_hash("x", "b")
