"""The loops of the daemon: claim, call the core, store. No decisions."""
