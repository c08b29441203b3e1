"""Calendar: what goes out when, by month, week and list, and moving it to another time.

It owns no table: entries are publish records and the plans of content items.
"""
