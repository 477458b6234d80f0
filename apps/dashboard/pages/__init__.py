"""For people: products, galleries, keys, signing in, errors, the pages about the API."""
