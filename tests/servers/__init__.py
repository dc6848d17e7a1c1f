"""Real and scripted mail servers for tests: Dovecot, an SMTP sink, scripts of faults, certificates. No product code."""
