"""What bytes are: whether a file is an intact, harmless picture. Knows no Django."""
