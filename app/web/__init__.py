"""Pages, fragments, forms and the guard at the door. Knows HTTP, knows no room."""
