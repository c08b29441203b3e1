"""What everything stands on: the clock, the errors, redaction. Knows nothing of the rest."""
