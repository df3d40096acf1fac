"""Over a real connection to the sandbox's mail sink."""

import pytest

from postlude.channels.errors import NotSupported
from postlude.channels.smtp.channel import Smtp
from postlude.channels.smtp.policy import SmtpNotAllowed


@pytest.fixture
def channel():
    channel = Smtp()
    yield channel
    channel.close()


@pytest.fixture
def sender(config, smtp_settings):
    return config("smtp", smtp_settings)


def kinds(outcomes):
    return [outcome.kind for outcome in outcomes]


def test_mails_arrive_once_each_over_kept_connections(channel, sender, mail, sandbox):
    batch = [mail(f"p{n}@example.test") for n in range(10)]

    outcomes = channel.send(sender, batch)

    assert ["accepted"] * 10 == kinds(outcomes)
    assert 10 == len(sandbox.client.smtp_mails())


def test_a_dot_alone_on_a_line_does_not_end_the_mail(channel, sender, mail, sandbox):
    channel.send(sender, [mail(html="", text="one\r\n.\r\n.two")])

    (arrived,) = sandbox.client.smtp_mails()
    assert ["one", ".", ".two"] == arrived["text"].split()


def test_a_drop_after_the_mail_was_taken_is_unknown(channel, sender, mail, sandbox):
    sandbox.client.fault("smtp", "drop_after", count=1)

    (outcome,) = channel.send(sender, [mail()])

    assert "unknown" == outcome.kind
    assert 1 == len(sandbox.client.smtp_mails())


def test_a_refused_recipient_fails_alone(channel, sender, mail, sandbox):
    sandbox.client.fault("smtp", "refuse_recipient", path="bob@*")

    outcomes = channel.send(sender, [mail(), mail("bob@example.test"), mail()])

    assert ["accepted", "failed", "accepted"] == kinds(outcomes)


def test_a_temporary_failure_goes_back_to_the_queue(channel, sender, mail, sandbox):
    sandbox.client.fault("smtp", "temporary_failure", count=1)

    (outcome,) = channel.send(sender, [mail()])

    assert "refused" == outcome.kind


def test_a_refused_connection_left_nothing(channel, sender, mail, sandbox):
    sandbox.client.fault("smtp", "refuse_connection")

    (outcome,) = channel.send(sender, [mail()])

    assert "refused" == outcome.kind


def test_a_server_cannot_be_asked_afterwards(channel, sender):
    with pytest.raises(NotSupported):
        channel.lookup(sender, [1])


def test_production_refuses_smtp_unless_it_was_allowed(channel, sender, mail, settings):
    settings.POSTLUDE_PRODUCTION = True
    with pytest.raises(SmtpNotAllowed):
        channel.send(sender, [mail()])

    settings.POSTLUDE_ALLOW_SMTP = True
    assert ["accepted"] == kinds(channel.send(sender, [mail()]))
