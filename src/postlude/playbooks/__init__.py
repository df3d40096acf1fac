"""Playbooks: owns the YAML an organiser writes, its versions, and carrying it into the rooms."""
