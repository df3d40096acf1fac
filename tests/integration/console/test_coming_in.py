"""Logging in: one answer for every mistake, slower for whoever guesses, headers on every page."""

from django.test import Client

from postlude.console import throttle


def test_login_leads_to_the_sales_page(staff) -> None:
    client = Client()
    answer = client.post("/login/", {"username": "viewer", "password": staff["password"]})
    assert answer.status_code == 302
    assert client.get("/", follow=True).redirect_chain[-1][0] == "/org/pycon/"


def test_a_wrong_name_and_a_wrong_password_look_alike(staff) -> None:
    one = Client().post("/login/", {"username": "viewer", "password": "no"})
    two = Client().post("/login/", {"username": "nobody", "password": "no"})
    assert one.status_code == two.status_code == 200
    words = b"The user name or the password is wrong."
    assert words in one.content
    assert words in two.content


def test_guessing_is_slowed_down_and_forgiven_later(staff, clock) -> None:
    client = Client()
    for _ in range(throttle.MOST_FOR_ONE_NAME_FROM_ONE_PLACE):
        client.post("/login/", {"username": "viewer", "password": "no"})
    right = {"username": "viewer", "password": staff["password"]}
    assert client.post("/login/", right).status_code == 429
    assert client.post("/login/", {**right, "username": "owner"}).status_code == 302
    clock.advance(minutes=16)
    assert Client().post("/login/", right).status_code == 302


def test_the_next_page_is_ours(staff) -> None:
    right = {"username": "viewer", "password": staff["password"]}
    answer = Client().post("/login/", {**right, "next": "https://evil.test/"})
    assert answer["Location"] == "/"
    answer = Client().post("/login/", {**right, "next": "/org/pycon/buyers/"})
    assert answer["Location"] == "/org/pycon/buyers/"


def test_every_page_has_its_headers(staff) -> None:
    client = Client()
    client.login(username="viewer", password=staff["password"])
    answer = client.get("/org/pycon/")
    policy = answer["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]


def test_no_page_has_inline_script_or_style(staff) -> None:
    client = Client()
    client.login(username="owner", password=staff["password"])
    for page in ("", "buyers/", "messages/", "attention/", "audit/", "system/"):
        html = client.get(f"/org/pycon/{page}").content.decode()
        assert " style=" not in html
        assert "<style" not in html
        assert " onclick=" not in html
        assert html.count("<script") == html.count("<script src=") + html.count(
            '<script id="chart-points" type="application/json"'
        )


def test_the_language_is_chosen_by_the_reader(staff) -> None:
    client = Client()
    client.login(username="viewer", password=staff["password"])
    client.post("/language/", {"language": "zh-hant", "next": "/org/pycon/"})
    assert 'lang="zh-hant"' in client.get("/org/pycon/").content.decode()
    client.post("/language/", {"language": "xx"})
    assert 'lang="zh-hant"' in client.get("/org/pycon/").content.decode()


def test_bytes_that_no_database_holds_are_a_wrong_name(staff) -> None:
    client = Client()
    answer = client.post("/login/", {"username": "view\x00er", "password": "\x00"})
    assert answer.status_code == 200
    assert b"The user name or the password is wrong." in answer.content


def test_bytes_that_no_database_holds_break_no_page(staff, sale) -> None:
    client = Client()
    client.login(username="viewer", password=staff["password"])
    names = "q state conference event ticket_type since until step of before journey offset org"
    question = "&".join(f"{name}=%00" for name in names.split())
    for each in ("", "funnel/", "funnel/rows/", "buyers/", "messages/", "journeys/", "live/"):
        answer = client.get(f"/org/pycon/{each}?{question}")
        assert answer.status_code < 500, each
