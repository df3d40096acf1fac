from postlude.channels import api as channels
from postlude.channels.checks import smtp_in_production
from postlude.messages import api as messages


def test_the_check_names_the_sender_and_the_fix(org, smtp_settings, settings):
    channels.register_all()
    messages.ensure_sender(
        org.id, "laptop", "smtp", settings=smtp_settings, rate=10, from_address="a@example.test"
    )
    assert [] == smtp_in_production()

    settings.POSTLUDE_PRODUCTION = True
    (error,) = smtp_in_production()
    assert "postlude.E001" == error.id
    assert "laptop" in error.msg
    assert "POSTLUDE_ALLOW_SMTP=1" in (error.hint or "")
    (finding,) = channels.doctor()
    assert "problem" == finding.level
    assert "postlude.E001" in finding.what

    settings.POSTLUDE_ALLOW_SMTP = True
    assert [] == smtp_in_production()
