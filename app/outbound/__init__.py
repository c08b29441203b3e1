"""Everything that leaves this host: HTTP behind an address guard, mail, and the folder of files.

Nothing here retries by itself, and nothing here may run inside an open transaction.
"""
