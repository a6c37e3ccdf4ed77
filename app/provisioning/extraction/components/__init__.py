"""Tables of an app that has no ORM, out of its types, forms, state, seed data and calls."""
