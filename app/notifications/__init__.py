"""Notifications: what a person is told after something happened, once.

Nouns: notification ("notice" on the pages). States: unread, read.
"""
