"""Google BigQuery as the warehouse, by the official client: load jobs, then MERGE."""
