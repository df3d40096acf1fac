"""Journeys: what happens to a person after a fact, node by node, and how far each one is."""
