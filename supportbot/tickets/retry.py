"""What became of one attempt to send, and when to try again. Pure."""
