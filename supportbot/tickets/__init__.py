"""Decision + Ticket -> Plan. Pure. Knows nothing of databases."""
