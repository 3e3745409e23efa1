"""The one place that turns a Python name into the name that schemas and JSON use."""


def camel(name: str) -> str:
    """Return ``order_id`` as ``orderId``."""
    head, *tail = name.split("_")
    return head + "".join(word.capitalize() for word in tail)
