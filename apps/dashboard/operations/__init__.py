"""For operators: health, metrics, logs, request ids, headers, static files, local media."""
