"""Pages, fragments, forms and the guard in front of every view. Knows HTTP, knows no room."""
