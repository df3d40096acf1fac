"""Sources: where sales come from (KKTIX by polling, webhook and CSV); all end in one upsert."""
