"""The two public pages: the same for everybody, in three languages, and without a person in them."""

import re

import pytest
from django.test import Client

from postlude.console.readings import public
from postlude.kernel import clock as kernel_clock
from postlude.kernel.models import WorkRow
from postlude.messages import api as messages
from postlude.messages.types import NewMessage


@pytest.fixture(autouse=True)
def _fresh():
    public.forget()
    yield
    public.forget()


def asked(email: str, language: str = "en", **more) -> str:
    answer = Client().post("/help/pycon/", {"email": email}, headers={"accept-language": language})
    assert 200 == answer.status_code
    body = answer.content.decode()
    return re.sub(r'value="[A-Za-z0-9]{64}"', "", body)


def test_known_unknown_and_nonsense_get_the_same_answer(sale) -> None:
    answers = {
        asked(each) for each in ("opened0@example.test", "x@example.test", "x", "", "a" * 999)
    }
    assert 1 == len(answers)


def test_too_many_get_the_same_answer(sale) -> None:
    assert 1 == len({asked("x@example.test") for _ in range(30)})


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Thank you, we are looking."), ("zh-hant", "謝謝"), ("ru", "Спасибо")],
)
def test_it_speaks_the_readers_language(sale, language, words) -> None:
    assert words in asked("x@example.test", language)


def test_the_form_needs_its_token_and_no_script(sale) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert 403 == strict.post("/help/pycon/", {"email": "x@example.test"}).status_code
    page = strict.get("/help/pycon/").content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page).group(1)
    given = {"email": "x@example.test", "csrfmiddlewaretoken": token}
    assert 200 == strict.post("/help/pycon/", given).status_code


def test_an_organisation_that_is_not_there(sale) -> None:
    assert [404, 404] == [
        Client().get(f"/{page}/nobody/").status_code for page in ("help", "status")
    ]
    assert 404 == Client().post("/help/nobody/", {"email": "x@example.test"}).status_code


def test_the_status_may_be_kept_by_everybody(sale) -> None:
    answer = Client().get("/status/pycon/")
    assert "public" in answer["Cache-Control"]
    assert "max-age=20" in answer["Cache-Control"]
    assert not answer.cookies


def test_the_status_asks_the_database_once_in_a_while(sale, django_assert_max_num_queries) -> None:
    Client().get("/status/pycon/")
    with django_assert_max_num_queries(1):
        Client().get("/status/pycon/")


def test_late_invitations_are_said(sale, clock) -> None:
    sender = messages.senders(sale.org.id)[0].id
    contact, fate = next(iter(sale.contacts.values())), next(iter(sale.messages.values()))
    fact = messages.state_of(sale.org.id, [fate])[fate]
    late = NewMessage(
        key="late",
        klass="transactional",
        sender=sender,
        contact=contact,
        template_version=fact.template_version,
    )
    messages.enqueue_many(sale.org.id, [late], now=clock.now())
    clock.advance(minutes=6)
    body = Client().get("/status/pycon/", headers={"accept-language": "en"}).content.decode()
    assert "Invitations are late" in body
    assert "about 6 minutes" in body


def test_the_minutes_follow_the_slowest_poll(sale, clock) -> None:
    from datetime import timedelta

    from postlude.sources import api as sources

    for slug, minutes in (("one", 2), ("two", 9)):
        sources.define_source(
            sale.org.id,
            slug,
            settings={},
            poll_every=timedelta(minutes=minutes),
            now=kernel_clock.now(),
        )
    body = Client().get("/status/pycon/", headers={"accept-language": "en"}).content.decode()
    assert "try 11 minutes after paying" in body
    sources.retire(sale.org.id, keep=["one"])
    public.forget()
    body = Client().get("/status/pycon/", headers={"accept-language": "en"}).content.decode()
    assert "try 5 minutes after paying" in body
    assert WorkRow.objects.filter(dead_reason__gt="").count() == 0
