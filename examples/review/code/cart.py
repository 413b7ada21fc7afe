def add(item, quantity=1, cart=[]):
    """Puts an item into a cart, a new one if none is given."""
    for _ in range(quantity):
        cart.append(item)
    return cart
