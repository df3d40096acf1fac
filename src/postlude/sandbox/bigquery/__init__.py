"""BigQuery's REST API: datasets, tables, load jobs, queries that truly run, on DuckDB."""
