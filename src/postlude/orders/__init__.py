"""What was sold: conferences, happenings, ticket types, orders, tickets and their states."""
