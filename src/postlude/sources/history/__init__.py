"""History of other systems, from files of facts: counted everywhere, acted upon nowhere."""
