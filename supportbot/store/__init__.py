"""Values <-> rows: the only code that knows SQL.

Every function takes an open Connection and runs inside the caller's transaction; `Database` opens and commits those.
"""
