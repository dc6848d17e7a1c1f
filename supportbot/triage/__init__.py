"""ParsedMail + registry + rules -> Decision. Pure. Knows nothing of tickets."""
