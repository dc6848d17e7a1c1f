"""`python -m supportbot` is the command line."""

from supportbot.cli import main

main()
