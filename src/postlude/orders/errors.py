"""What orders refuses.

AppError
├── UnknownConference (LookupError)
├── BadKind (ValueError)
├── BadSale (ValueError)
└── BadShopOrder (ValueError)
"""

from postlude.kernel.errors import AppError


class UnknownConference(AppError, LookupError):
    code = "orders.unknown_conference"
    http_status = 404
    message = "There is no conference {conference}."
    hint = "Name it in the playbook and apply that first."


class BadKind(AppError, ValueError):
    code = "orders.bad_kind"
    http_status = 422
    message = "{kind} is not a kind of happening."
    hint = "Use corporate, individual, reserved, guest or other."


class BadSale(AppError, ValueError):
    code = "orders.bad_sale"
    http_status = 422
    message = "A sale needs {missing}."
    hint = "This is a defect of the source that made it."


class BadShopOrder(AppError, ValueError):
    code = "orders.bad_shop_order"
    http_status = 422
    message = "An order cannot have this {what}."
    hint = "See docs/reference/http-api.md for what can be told of an order."
