"""Confluent frames, read by Confluent's own library: the endpoint of the registry.

A topic has events of many types, so subjects are named for these, and not for the topic.
"""

from __future__ import annotations

import sys

from confluent_kafka.schema_registry import SchemaRegistryClient, record_subject_name_strategy
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext

from tests.support.foreign.answering import answer

if __name__ == "__main__":
    read = AvroDeserializer(
        schema_registry_client=SchemaRegistryClient({"url": sys.argv[1]}),
        conf={"subject.name.strategy": record_subject_name_strategy},
    )
    context = SerializationContext("nexus-core-events", MessageField.VALUE)
    answer(lambda frame: read(frame, context))
