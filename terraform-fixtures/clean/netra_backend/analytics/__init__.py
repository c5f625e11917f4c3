"""Events on their way to ClickHouse."""
