"""Forms of the room."""

from __future__ import annotations

from wtforms import BooleanField, HiddenField, PasswordField, RadioField, StringField
from wtforms.validators import DataRequired, EqualTo, InputRequired, Length

from app.lib import roles
from app.staff.passwords import LONGEST, SHORTEST
from app.staff.person import DENSITIES, THEMES
from app.web.forms import Form, options
from app.web.zone_field import ZoneField

ROLE_CHOICES = [(key, f"{role.word}: {role.may}") for key, role in roles.TABLE.items()]
_NEW_HELP = f"At least {SHORTEST} characters; a few words in a row are easy to remember."


class SignInForm(Form):
    email = StringField(
        "E-mail",
        [DataRequired("Enter your e-mail address."), Length(max=320, message="This is too long for an address.")],
    )
    password = PasswordField("Password", [InputRequired("Enter your password.")])
    next = HiddenField()


class AskForm(Form):
    """Where a password link is mailed to."""

    email = StringField(
        "E-mail",
        [DataRequired("Enter your e-mail address."), Length(max=320, message="This is too long for an address.")],
    )


class CodeForm(Form):
    """A code of the authenticator, or a recovery code."""

    code = StringField(
        "Code", [InputRequired("Enter the code."), Length(max=100, message="This is too long for a code.")]
    )
    next = HiddenField()


class ConfirmForm(Form):
    """Shows again that it is the person. The name of its field is not one of the form it interrupts."""

    confirm_secret = PasswordField(
        "Your password", [InputRequired("Enter your password, or a code of your authenticator.")]
    )
    confirm_form = HiddenField()


class NewPasswordForm(Form):
    """A new password, twice."""

    new = PasswordField(
        "New password",
        [InputRequired("Enter a new password."), Length(max=LONGEST, message=f"Use at most {LONGEST} characters.")],
        description=_NEW_HELP,
    )
    repeat = PasswordField(
        "New password again", [EqualTo("new", "The two are not the same. Type the new password again.")]
    )


class ChangePasswordForm(NewPasswordForm):
    current = PasswordField("Current password", [InputRequired("Enter your current password.")])


class AcceptForm(NewPasswordForm):
    full_name = StringField(
        "Your name",
        [
            DataRequired("Enter your name: it stands beside everything you do."),
            Length(max=100, message="Use at most 100 characters."),
        ],
    )
    timezone = HiddenField()


class InviteForm(Form):
    email = StringField(
        "E-mail",
        [DataRequired("Enter the address of the person."), Length(max=320, message="This is too long for an address.")],
    )
    full_name = StringField(
        "Name",
        [Length(max=100, message="Use at most 100 characters.")],
        description="They can change it when they accept.",
    )
    role = RadioField("Role", choices=options(ROLE_CHOICES), default="editor")


class RoleForm(Form):
    role = RadioField("Role", choices=options(ROLE_CHOICES))


class BrowserZoneForm(Form):
    """The zone that the browser says, or with `keep` the one that the desk has shown so far."""

    timezone = HiddenField()
    keep = HiddenField()
    back = HiddenField()


class PreferencesForm(Form):
    full_name = StringField(
        "Name", [DataRequired("Enter your name."), Length(max=100, message="Use at most 100 characters.")]
    )
    timezone = ZoneField(
        "Time zone", description="All times of the desk are shown in this zone. A few letters of the city find it."
    )
    theme = RadioField("Theme", choices=options(THEMES))
    density = RadioField("Rows", choices=options(DENSITIES), description="How much room the rows of a list take.")
    keys = BooleanField(
        "Single-key shortcuts",
        description="A approves, J and K move, / searches. Switch them off if you use speech input.",
    )
