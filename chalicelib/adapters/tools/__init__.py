"""Programs that the gate runs: each answers in JSON, which is read into plain data here."""
