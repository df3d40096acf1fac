import pytest

from postlude.channels import api as channels
from postlude.messages import api as messages


def test_the_doctor_names_a_missing_secret(org, mailgun_settings, monkeypatch):
    channels.register_all()
    messages.ensure_sender(
        org.id, "mail", "mailgun", settings=mailgun_settings, rate=10, from_address="a@example.test"
    )
    assert {"ok"} == {finding.level for finding in channels.doctor()}

    monkeypatch.delenv("MAILGUN_SIGNING_KEY")
    (finding,) = channels.doctor()
    assert "problem" == finding.level
    assert "MAILGUN_SIGNING_KEY" in finding.what


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ("ok", "takes the key")),
        ({"api_key": "wrong"}, ("problem", "401")),
        ({"domain": "other.example.test"}, ("problem", "404")),
        ({"base_url": "http://127.0.0.1:9"}, ("problem", "does not answer")),
        ({"region": "moon", "base_url": ""}, ("problem", "region")),
    ],
)
def test_the_doctor_asks_mailgun_without_sending(org, mailgun_settings, sandbox, changes, expected):
    channels.register_all()
    wanted = {**mailgun_settings, **changes}
    messages.ensure_sender(
        org.id, "mail", "mailgun", settings=wanted, rate=10, from_address="a@example.test"
    )

    (finding,) = channels.doctor(online=True)

    assert expected[0] == finding.level
    assert expected[1] in finding.what
    assert [] == sandbox.client.mails()


def test_the_doctor_greets_an_smtp_server(org, smtp_settings, sandbox):
    channels.register_all()
    for slug, settings in (("works", smtp_settings), ("wrong", {**smtp_settings, "port": 9})):
        messages.ensure_sender(
            org.id, slug, "smtp", settings=settings, rate=10, from_address="a@example.test"
        )

    levels = {finding.check: finding.level for finding in channels.doctor(online=True)}

    assert {"sender works": "ok", "sender wrong": "problem"} == levels


def test_a_sender_of_no_channel_is_named(org):
    messages.ensure_sender(org.id, "odd", "pigeon", settings={}, rate=10)

    (finding,) = channels.doctor()

    assert "pigeon" in finding.what
    assert "mailgun" in finding.fix
