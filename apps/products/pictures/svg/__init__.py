"""Proof that an SVG is well formed and harmless, read while the bytes arrive."""
