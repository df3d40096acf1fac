"""What the API refuses by itself; the rooms behind it have their own errors.

AppError
├── KeyNeeded          400: something is to be written, and no Idempotency-Key names the request
├── KeyUsed            409: the Idempotency-Key was sent with another request before
├── UnknownContact     404: no such contact in the key's organisation
├── NotDone            409: too little to spend, or a hold that has ended; nothing was changed
├── AddressNotKept     409: where a contact is reached cannot be kept like this
├── OrderNotThere      409: a rule order is in a state in which this cannot be done
├── UnknownBranch      404: no such branch in the key's organisation
├── UnknownOrder       404: nobody told of such an order of a shop
├── ToldOtherwise      409: this was told of an order before, in other words
├── EventToldOtherwise 409: this event was told before, in other words
├── EventAhead         400: an event has not happened yet
└── NotKept            400, 409: a customer cannot be kept as it was told
"""

from postlude.kernel.errors import AppError, NotFound


class KeyNeeded(AppError, ValueError):
    """A request that writes must have a key of its own."""

    code = "idempotency_key_needed"
    message = "The header Idempotency-Key is missing, or cannot be one."
    hint = (
        "Send 1 to 100 letters, digits and . _ : - that name this very request, such as the number "
        "of the sale; send the same again when you repeat it."
    )


class KeyUsed(AppError, ValueError):
    """The key was sent with another request."""

    code = "idempotency_key_used"
    http_status = 409
    message = "This Idempotency-Key was used for another request."
    hint = "Repeat a request word for word under its key, or take a new key for a new request."


class AddressNotKept(AppError, ValueError):
    """An address is another contact's, or of somebody who was forgotten."""

    code = "address_not_kept"
    http_status = 409
    message = "{problem}"


class UnknownContact(NotFound):
    """There is no such contact here."""

    code = "unknown_contact"
    message = "There is no such contact here."
    hint = "Name a contact by the id that this API gave you, or by its e-mail address."


class NotDone(AppError):
    """It could not be done, and nothing was changed."""

    code = "not_done"
    http_status = 409


class OrderNotThere(AppError):
    """The order is not in the state that this needs; `fields.state` says in which it is."""

    code = "order_state"
    http_status = 409


class UnknownBranch(NotFound):
    """There is no such branch here."""

    code = "unknown_branch"
    message = "There is no such branch here."
    hint = "Name a branch by its slug; whoever runs Postlude adds branches."


class UnknownOrder(NotFound):
    """Nobody has told of such an order."""

    code = "unknown_order"
    message = "Nobody has told of an order with this name."


class ToldOtherwise(AppError):
    """An order is opened, closed and cancelled once."""

    code = "order_told_otherwise"
    http_status = 409
    message = "This was told of the order before, in other words; what was told first stays."
    hint = "Repeat a statement word for word; of another sale tell under another name."


class EventToldOtherwise(AppError):
    """An event happened once."""

    code = "event_told_otherwise"
    http_status = 409
    message = "An event of this id was told before, in other words; what was told first stays."
    hint = "Repeat an event word for word; of another one tell under another id."


class EventAhead(AppError, ValueError):
    """An event has happened."""

    code = "event_ahead"
    message = "This event is more than five minutes ahead of us."
    hint = "Look at the clock of the machine that tells of it."


class NotKept(AppError):
    """A customer cannot be kept; `fields` names what is wrong."""

    code = "not_kept"
