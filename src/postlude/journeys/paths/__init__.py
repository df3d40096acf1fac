"""Journeys that people walk step by step: what starts them, their steps, who stands where."""
