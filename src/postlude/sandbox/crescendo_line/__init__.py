"""Crescendo (漸強) as a simulator."""
