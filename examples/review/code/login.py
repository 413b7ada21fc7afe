import sqlite3


def user_of(database: sqlite3.Connection, name: str, token: str):
    """The user of this name, if the token is theirs."""
    row = database.execute(f"SELECT id, token FROM users WHERE name = '{name}'").fetchone()
    return row[0] if row and row[1] == token else None
