"""What counts as the e-mail address of a person on the staff: one rule for the environment, forms and commands (RFC 5321, 6531).

A desk in a company's own network has colleagues whose addresses lead nowhere outside. Names that stay within a network by design
are taken: `.test` (RFC 6761), `.local` (RFC 6762), `.home.arpa` (RFC 8375), `localhost`; `.internal` and `.lan` always were.
"""

from __future__ import annotations

import email_validator

OWN_NETWORKS = ("test", "local", "home.arpa", "localhost")
EXAMPLE = "mara@example.org"
REFUSED = email_validator.SPECIAL_USE_DOMAIN_NAMES
REFUSED[:] = [name for name in REFUSED if name not in (*OWN_NETWORKS, "arpa")] + ["in-addr.arpa", "ip6.arpa"]


def normalize(text: str) -> str:
    """The address in its usual form. Raises ValueError for what is none."""
    checked = email_validator.validate_email(
        text.strip(), check_deliverability=False, globally_deliverable=False, strict=True
    )
    return checked.normalized
