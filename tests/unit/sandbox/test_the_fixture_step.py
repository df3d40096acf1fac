import pytest

from postlude.sandbox.sale import expected_pairs, fixture_sale, load_sale, write_sale
from postlude.sandbox.sale import load as loading
from postlude.sandbox.sale.load import presentable_email, presentable_phone

_ATTENDEES = (
    {
        "Id": "108000001",
        "訂單編號": "143000001",
        "票種": "A",
        "票面價格": "1290.0",
        "聯絡人 姓名": "User_00042",
        "聯絡人 Email": "Email_00042",
        "聯絡人 手機": "Phone_00042",
    },
)
_ORDERS = (
    {"訂單編號": "143000001", "票券狀態": "activated", "付款狀態": "已繳費", "Email": "Email"},
    {"訂單編號": "143000002", "票券狀態": "cancelled", "付款狀態": "未繳費", "Email": "Email"},
)
_TIMES = {"付款時間": "", "取消時間": "", "付款方式": "", "票券總價": "1290"}


def test_placeholders_become_valid_and_names_stay():
    assert presentable_email("Email_03291") == "email_03291@example.test"
    assert presentable_phone("Phone_03291") == "+886900003291"
    assert presentable_phone("Phone_42") == "+886900000042"
    assert presentable_email("ann@example.test") == "ann@example.test"


def test_orders_get_the_contact_of_their_attendee_or_an_invented_one():
    orders = tuple(row | _TIMES for row in _ORDERS)

    sale = fixture_sale(_ATTENDEES, orders, seed=1)

    sold, cancelled = sale.individual.orders
    assert (sold["姓名"], sold["Email"]) == ("User_00042", "email_00042@example.test")
    assert cancelled["Email"].endswith("@example.test")
    assert sale.individual.name == "PyCon TW 2023 Registration: Individual"
    assert ("email_00042@example.test", "2023-individual") in expected_pairs(sale)
    assert sale == fixture_sale(_ATTENDEES, orders, seed=1)


def test_without_any_file_the_sale_is_made_up(monkeypatch):
    monkeypatch.setattr(loading, "_shared_folder", lambda: None)

    assert load_sale(seed=2).origin == "generated"


def test_given_files_win_and_one_alone_is_refused(tmp_path):
    written = write_sale(load_sale(seed=3), tmp_path)
    attendees, orders = written["2023-individual"]

    assert load_sale(attendees, orders).origin == "files"
    with pytest.raises(ValueError, match="both"):
        load_sale(attendees)


@pytest.mark.real
def test_the_real_export_has_the_size_it_is_known_for():
    if loading._shared_folder() is None:
        pytest.skip("no real export beside the repository")

    sale = load_sale()

    assert (len(sale.individual.attendees), len(sale.individual.orders)) == (154, 186)
    assert not any(row["聯絡人 Email"].startswith("Email_") for row in sale.individual.attendees)
