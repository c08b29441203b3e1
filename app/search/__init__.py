"""Search: the command palette, the search page, and the filters of lists that people keep under a name.

Nouns: hit, saved view.
"""
