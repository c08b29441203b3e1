"""The demo desk: its texts (`stories.py`), its pictures (`pictures.py`), and how it is filled (`fill.py`)."""
