"""What sales channels ask of a picture, and what was measured of it."""
