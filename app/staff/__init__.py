"""Staff: the people of the desk and how they get in.

Nouns: staff member (a row of `users`), session, invitation, password link, sign-in guard (how often an address or an
IP has failed). A member is active or suspended (`is_active`); a session is open until it is revoked, idle too long or
past `expires_at`; an invitation is open until it is accepted, revoked or past `expires_at`.
"""
