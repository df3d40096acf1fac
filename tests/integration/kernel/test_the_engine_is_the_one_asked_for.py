"""A run for PostgreSQL runs on PostgreSQL; anything else would be a green lie."""

import pytest
from django.db import connection


def test_the_engine_is_the_one_asked_for(pytestconfig: pytest.Config) -> None:
    assert connection.vendor == pytestconfig.getoption("--engine")
