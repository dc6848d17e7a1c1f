"""Breaking the daemon on purpose, and an oracle that says what it lost, doubled or made up.

mails.py writes the mails and knows what must come of each; world.py owns the servers, starts and kills the daemon as a
process and keeps the history; oracle.py computes from history, database and folders what went wrong; bugs.py starts a
daemon with a defect put in, to test the oracle; plan.py is the whole of `make torture`. Only
bugs.py and preloaded.py, which run in the daemon's processes, import supportbot.
"""
