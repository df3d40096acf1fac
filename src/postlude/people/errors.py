"""What people refuses.

AppError
├── NotFound
│   └── UnknownContact
└── BadInput
    ├── PurposeMissing
    ├── BadDescription
    └── ContactErased
"""

from postlude.kernel.errors import N_, BadInput, NotFound


class UnknownContact(NotFound):
    code = "people.unknown_contact"
    message = N_("There is no contact {contact} here.")


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
    hint = N_("A birthday is a month and a day; a word has 1 to 200 letters and no NUL.")
