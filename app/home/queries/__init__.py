"""Reads of the home page: counts, alerts, what needs action, tiles."""
