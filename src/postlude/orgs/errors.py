"""What orgs refuses.

AppError
├── NotFound
│   ├── UnknownOrganization
│   └── UnknownUser
├── BadInput
│   ├── SlugTaken
│   ├── UsernameTaken
│   ├── LastOwner
│   └── BadSetting
├── FactsGone            what is asked would have to be counted from facts that are not kept
├── Forbidden            here with the permission that is lacking
└── BadKey
"""

from postlude.kernel import errors
from postlude.kernel.errors import AppError, BadInput, NotFound


class UnknownOrganization(NotFound):
    code = "orgs.unknown_organization"
    http_status = 404
    message = "There is no organisation {org}."
    hint = "Create it with `postlude apply PLAYBOOK --org SLUG`, or check the spelling."


class UnknownUser(NotFound):
    code = "orgs.unknown_user"
    http_status = 404
    message = "There is no such user."
    hint = "Add the person with a password first."


class SlugTaken(BadInput):
    code = "orgs.slug_taken"
    http_status = 409
    message = "The short name {slug} is taken."
    hint = "Choose another one."


class UsernameTaken(BadInput):
    code = "orgs.username_taken"
    http_status = 409
    message = "This user name is taken."
    hint = "Give the existing user a role instead, or choose another user name."


class LastOwner(BadInput):
    code = "orgs.last_owner"
    http_status = 409
    message = "This is the last owner of the organisation."
    hint = "Make somebody else an owner first: `postlude staff role NAME --role owner`."


class BadSetting(BadInput):
    code = "orgs.bad_setting"
    http_status = 422
    message = "{setting} cannot be {value}."
    hint = "See docs/reference for the values it takes."


class Forbidden(errors.Forbidden):
    code = "orgs.forbidden"
    http_status = 403
    message = "This needs the permission {permission}."
    hint = "Ask an owner of the organisation for a role or key that has it."


class BadKey(AppError, PermissionError):
    """One error for unknown, revoked and expired, so that a guesser learns nothing."""

    code = "orgs.bad_key"
    http_status = 401
    message = "This API key is not valid."
    hint = "It may be revoked or expired; issue a new one."


class FactsGone(AppError):
    code = "orgs.facts_gone"
    http_status = 410
    message = "The hits of days before {day} are no longer kept."
    hint = "What they came to stands in the reports. `postlude retention show` says what is kept."
