"""Backup and restore: what is in an archive (`archive.py`), how it is made (`make.py`) and put back (`restore.py`)."""
