"""Avro: schemas from files, events and commits as bytes, and what schemas must comply with."""
