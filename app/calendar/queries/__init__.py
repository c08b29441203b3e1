"""Reads of the calendar: events of a time, the first of each cell, what could be scheduled."""
