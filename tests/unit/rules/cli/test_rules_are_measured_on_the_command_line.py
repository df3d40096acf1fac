import json

from postlude.wiring.cli import output
from postlude.wiring.cli.commands import run


def test_figures_for_scripts_and_for_people(capsys):
    """`rules bench` measures each way, in a table or as one JSON object."""
    assert run(["rules", "bench", "--rules", "10", "--events", "20", "--json"]) == output.OK
    figures = json.loads(capsys.readouterr().out)
    assert (figures["rules"], figures["events"]) == (10, 20)
    assert {"closures_us", "index_us", "explain_us"} <= figures.keys()
    assert run(["rules", "bench", "--rules", "10", "--events", "20"]) == output.OK
    assert "every leaf explained" in capsys.readouterr().out


def test_more_than_it_can_make(capsys):
    """Sizes out of its range are refused as wrong usage."""
    assert run(["rules", "bench", "--rules", "0"]) == output.USAGE
