"""Words of the pages, pure: the banner of a record, its timeline, what blocks it, its badges."""
