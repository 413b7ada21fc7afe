import time


def retried(action, attempts=3):
    """Does it again when it fails, at most so many times."""
    while True:
        try:
            return action()
        except Exception:
            time.sleep(1)
