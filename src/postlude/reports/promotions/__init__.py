"""What each promotion did: how often it came into force, what kept it out, what it cost."""
