"""A DuckDB file as the warehouse: no server, the same tables as the big one."""
