"""What is a secret: by its name (`names`), by its shape (`shapes`, `search`), and where one that we know stands in a text, however it
is written (`forms`, `views`). Redaction takes out what is found; rooms ask here whether a person's text or field holds one (`guess`).
Pure. Whoever needs to tell a secret asks this package: a second list would disagree with it sooner or later.
"""

from app.lib.secrets.guess import in_field, in_text
from app.lib.secrets.names import is_secret_name, is_secret_parameter

__all__ = ["in_field", "in_text", "is_secret_name", "is_secret_parameter"]
