"""Generated codes are the same for the same key alone, differ from one another, and read well."""

from postlude.rewards.coupons import codes


def test_a_code_is_its_serial_number_under_the_key() -> None:
    made = {codes.generate(org, quota, n) for org in (1, 2) for quota in (1, 2) for n in range(500)}
    assert 2000 == len(made)
    assert codes.generate(1, 1, 1) == codes.generate(1, 1, 1)


def test_nothing_in_it_looks_like_something_else() -> None:
    assert not set(codes.ALPHABET) & set("0O1IL2Z5S8BUV")
    assert len(codes.ALPHABET) == len(set(codes.ALPHABET))
    assert len(codes.ALPHABET) ** codes.LENGTH > 2**54


def test_every_letter_is_as_likely_in_every_place() -> None:
    drawn = [codes.generate(1, 1, n) for n in range(4600)]
    for place in range(codes.LENGTH):
        counts = [sum(code[place] == letter for code in drawn) for letter in codes.ALPHABET]
        assert max(abs(count - 200) for count in counts) < 90  # six times sqrt(200)


def test_what_a_person_types_is_understood() -> None:
    code = codes.generate(1, 1, 1)
    shown = codes.shown(code)
    assert [4, 4, 4] == [len(part) for part in shown.split("-")]
    assert code == codes.plain(f"  {shown.lower().replace('-', ' – ')}\n")
