"""Journeys on a timetable: notices that go out again and again, once per person and period."""
