"""Operations: the desk about itself. Home, calendar, settings, notices, saved views, badges, the command palette.

The topmost room: it may read every other room's rows and acts on them through their verbs only.
Nouns: notice (a row of `notifications` for one person), saved view (a list's filters under a name), setting.
A notice is unread until it is opened or marked; it never goes away by itself. No other states.
"""
