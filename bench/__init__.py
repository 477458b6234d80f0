"""What an upload costs, beside what people would use instead."""
