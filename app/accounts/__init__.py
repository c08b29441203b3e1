"""Accounts on other people's platforms, and the secrets that open them.

Nouns: account (a row of `platform_credentials`), secret (one sealed value in it), session (short-lived tokens that all
workers share), posting rules (slots, daily cap, gap, what absence means), health (verified, failures in a row, breaker).

States: checking → active | invalid; active → expired | invalid → active (reconnect, refresh). `paused_at` stands apart:
a person paused it, whatever its status. Leaving active is recorded as `accounts.left_active` and coming back as
`accounts.came_back`, with the kind (`account_paused`, `account_down`) that publishing turns into holds.

Secrets are unsealed by `unseal.py` alone, inside workers, at the moment of use: where publishing prepares a call, refreshes a sign-in or
asks whether an answer is about the secrets of today, and where `services.verify` signs in.
"""
