"""Kernel: time, ids, money, keys, errors and durable work. It knows no business words."""
