import os


def save(folder: str, name: str, text: str) -> None:
    """Writes an export of a customer into their folder."""
    open(os.path.join(folder, name), "w").write(text)
