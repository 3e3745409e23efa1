"""What Chalice packages and AWS Lambda runs: all HTTP routes."""  # noqa: INP001 - Chalice wants it here

from chalicelib.entrypoints.http import create_app

app = create_app()
