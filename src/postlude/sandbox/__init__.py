"""Local stand-ins for the outside services: their contracts and faults, nothing real."""
