"""The config -> its open database, with the password that a server may want."""

from supportbot.config import Config
from supportbot.store.database import Database


async def open_configured(config: Config, migrate: bool = True) -> Database:
    """Its schema up to date, or with `migrate` False demanded to be. Raises Invalid, Occupied, Unreachable, Denied."""
    secret = config.database.password
    password = secret.read("database.password") if secret else None
    return await Database.open(config.database.url, config.folder, migrate, password)
