"""Reads of search: hits, and saved views."""
