import pytest

from postlude.kernel.errors import MissingSetting
from postlude.tracking import machines
from postlude.tracking.machines import FILE, read
from postlude.tracking.types import AgentKind, Reason


def networks(*entries: tuple[str, list[str]]):
    file = {"network": [{"signs": [sign], "ranges": ranges} for sign, ranges in entries]}
    return read(file).networks


@pytest.mark.parametrize(
    ("ip", "signs"),
    [
        ("192.0.2.0", Reason.DATA_CENTRE),
        ("192.0.2.255", Reason.DATA_CENTRE),
        ("::ffff:192.0.2.7", Reason.DATA_CENTRE),
        ("192.0.3.0", Reason.NONE),
        ("192.0.1.255", Reason.NONE),
        ("198.51.100.9", Reason.DATA_CENTRE | Reason.OPENED_AHEAD),
        ("198.51.100.200", Reason.DATA_CENTRE),
        ("2001:db8::1", Reason.OPENED_AHEAD),
        ("2001:db9::1", Reason.NONE),
        ("nonsense", Reason.NONE),
        ("", Reason.NONE),
    ],
)
def test_an_address_has_the_signs_of_every_range_it_lies_in(ip, signs):
    found = networks(
        ("data_centre", ["192.0.2.0/24", "198.51.100.0/24"]),
        ("opened_ahead", ["198.51.100.0/28", "2001:db8::/32"]),
    )

    assert signs == found.signs_of(ip)


def test_the_operators_own_file_is_looked_at_first(tmp_path, monkeypatch):
    path = tmp_path / "machines.toml"
    path.write_text(
        '[[program]]\nkind = "bot"\nsigns = ["known_bot"]\nagent = "^Mozilla/5.0 .Acme"\n'
        '[[network]]\nsigns = ["data_centre"]\nranges = ["203.0.113.0/24"]\n'
    )
    monkeypatch.setenv(FILE, str(path))
    machines.known.cache_clear()
    try:
        found = machines.known()
    finally:
        machines.known.cache_clear()

    first = next(each for each in found.programs if each.agent.search("Mozilla/5.0 (Acme)"))
    assert AgentKind.BOT is first.is_.kind
    assert Reason.DATA_CENTRE is found.networks.signs_of("203.0.113.9")


@pytest.mark.parametrize("text", ["[[program]", '[[network]]\nsigns=["odd"]\nranges=["::/8"]', ""])
def test_a_wrong_file_is_said_at_once(tmp_path, monkeypatch, text):
    path = tmp_path / "machines.toml"
    if text:
        path.write_text(text)
    monkeypatch.setenv(FILE, str(path))
    machines.known.cache_clear()
    try:
        with pytest.raises(MissingSetting):
            machines.known()
    finally:
        machines.known.cache_clear()
