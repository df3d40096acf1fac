-- The order numbers of some tickets.
SELECT ticket, order_number FROM orders_facts_ticket WHERE org = %(org)s AND ticket IN ({tickets})
