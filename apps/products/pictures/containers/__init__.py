"""Proof that a picture's container is whole, one file per format, read while the bytes arrive."""
