"""What people refuses.

AppError
├── NotFound
│   ├── UnknownConflict
│   └── UnknownContact
└── BadInput
    ├── NotJoined
    ├── WhichOne
    ├── PurposeMissing
    ├── BadDescription
    └── ContactErased
"""

from postlude.kernel.errors import N_, BadInput, NotFound


class UnknownContact(NotFound):
    code = "people.unknown_contact"
    message = N_("There is no contact {contact} here.")


class UnknownConflict(NotFound):
    code = "people.unknown_conflict"
    message = N_("There is no conflict {conflict} here.")


class PurposeMissing(BadInput):
    code = "people.purpose_missing"
    message = N_("Say why this person is looked at.")
    hint = N_("The purpose is written into the view audit.")


class ContactErased(BadInput):
    code = "people.contact_erased"
    http_status = 409
    message = N_("Contact {contact} was erased.")
    hint = N_("Lift the erasure of the address first, when the person asks for it.")


class BadDescription(BadInput):
    code = "people.bad_description"
    message = N_("Of contact {contact} the {what} cannot be kept.")
    hint = N_(
        "A birthday is a month and a day; a zone an IANA name; a word 1 to 200 letters, no NUL."
    )


class NotJoined(BadInput):
    code = "people.not_joined"
    http_status = 409
    message = N_("Contact {contact} is joined to nobody.")
    hint = N_("`postlude contacts show` tells what was joined, and what was parted again.")


class WhichOne(BadInput):
    code = "people.which_one"
    http_status = 409
    message = N_("Contact {contact} speaks for several others.")
    hint = N_("Name the one that is to be parted; `postlude contacts show` lists them.")
