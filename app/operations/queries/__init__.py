"""Reads of operations: what the desk says about itself, over all rooms."""
