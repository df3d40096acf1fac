"""How fast rules are on this machine: a workload anybody can make again, and what it took."""
