"""The kernel: one transaction rule, one queue, one state table, one list. No HTTP, no rooms."""
