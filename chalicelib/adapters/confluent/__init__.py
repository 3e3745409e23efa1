"""A Confluent-compatible schema registry behind the port."""
