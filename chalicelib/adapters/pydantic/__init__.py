"""Shapes by pydantic's compiled core, which loads in a third of the time that all of it takes."""
