"""Home: what needs me, what goes out today, whether all is well, and how it went. It owns no table."""
