"""Each ESP of the table is django-anymail's, with the settings and the webhooks it has there."""

import warnings
from typing import get_args

import pytest
from anymail.backends.base_requests import AnymailRequestsBackend
from anymail.exceptions import AnymailWebhookValidationFailure
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import RequestFactory

from postlude.channels.anymail_esp import account as accounts
from postlude.channels.anymail_esp import backends
from postlude.channels.anymail_esp.esps import ESPS
from postlude.playbooks import senders

NAMES = sorted(ESPS)


def public_key() -> str:
    pem = (
        ec.generate_private_key(ec.SECP256R1())
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return "".join(pem.decode().splitlines()[1:-1])


def settings(name: str, **changes: str) -> dict[str, object]:
    esp = ESPS[name]
    given: dict[str, object] = {"esp": name, "webhook_secret": "user:pass"}
    given |= {key: f"k-{key}" for key in esp.keys}
    if esp.needs_url:
        given["base_url"] = "https://esp.example.test/"
    if esp.always_signed and esp.signature != "api_key":
        given["signing_key"] = "s"
    return {**given, **changes}


def test_a_playbook_may_name_just_these() -> None:
    assert NAMES == sorted(get_args(senders.Anymail.model_fields["esp"].annotation))


@pytest.mark.parametrize("name", NAMES)
def test_its_settings_are_enough_for_anymail(name: str) -> None:
    account = accounts.read(settings(name, base_url="https://esp.example.test/v9/"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SendGrid is no longer tried by anymail's makers
        made = backends.backend(account)
    assert isinstance(made, AnymailRequestsBackend)
    assert "https://esp.example.test/v9/" == made.api_url
    assert "k-" not in repr(account)


@pytest.mark.parametrize(("name", "key"), [(n, k) for n in NAMES for k in ESPS[n].keys])
def test_a_missing_key_is_named_with_the_fix(name: str, key: str) -> None:
    (problem, *_) = accounts.problems(settings(name, **{key: ""}))
    assert key in problem.text()
    assert f"`{key}: ${{NAME}}`" in problem.hint


SIGNED = [name for name in NAMES if ESPS[name].signature not in ("", "api_key")]


@pytest.mark.parametrize(
    ("name", "more"),
    [(name, {}) for name in NAMES]
    + [(name, {"signing_key": "", "webhook_secret": ""}) for name in SIGNED],
)
def test_a_webhook_that_nobody_vouches_for_is_refused(name: str, more: dict[str, str]) -> None:
    if more:
        more = {**more, "signing_key": public_key() if name == "sendgrid" else "s"}
    trust = accounts.trust(settings(name, **more))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        view = backends.webhook_view(trust)
    request = RequestFactory().post("/", data="{}", content_type="application/json")
    with pytest.raises(AnymailWebhookValidationFailure):
        view.run_validators(request)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_given_to_check_by_is_a_problem(name: str) -> None:
    found = [*accounts.problems(settings(name, webhook_secret="", signing_key=""))]
    assert (name == "unisender_go") is (found == [])  # its webhooks are signed with the api_key
    assert all(problem.hint for problem in found)


def test_one_esp_looks_at_the_address_by_get() -> None:
    assert ["unisender_go"] == [name for name in NAMES if backends.looks_by_get(name)]
    assert not backends.looks_by_get("pigeon")


def test_what_an_esp_lacks_and_a_mail_can_do_without_is_known() -> None:
    lacking = {
        name: tuple(each for each in backends.OPTIONAL if not backends.can(name, each))
        for name in NAMES
    }
    tracking = ("track_opens", "track_clicks")
    assert {
        "mailersend": ("metadata",),
        "brevo": tracking,
        "mailtrap": tracking,
        "resend": tracking,
    } == {name: features for name, features in lacking.items() if features}
