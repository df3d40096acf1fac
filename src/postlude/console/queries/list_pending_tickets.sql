-- Tickets that the warehouse has not taken yet (or has to take again).
SELECT key FROM kernel_work_row WHERE org = %s AND consumer = %s
