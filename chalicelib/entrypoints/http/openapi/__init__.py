"""The OpenAPI document: what can be asked over HTTP, generated from the bounded contexts.

It loads all of pydantic; whoever serves anything else should import none of it.
"""
