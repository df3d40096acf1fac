"""What people refuses.

AppError
├── NotFound
│   └── UnknownContact
└── BadInput
    ├── PurposeMissing
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
