"""Owns activity: what visitors did on a site, page views and events, as they were told."""
