"""The kinds of actions, one file each."""
