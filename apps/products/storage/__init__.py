"""Where objects lie: on a local disk or in a bucket, and under which names. Knows no rows."""
