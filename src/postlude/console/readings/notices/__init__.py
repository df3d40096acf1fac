"""Notices on a timetable as the console shows them."""
