"""Rollups: the numbers of a cell (organisation, node, day), counted from facts alone."""
