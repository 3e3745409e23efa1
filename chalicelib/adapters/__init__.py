"""The only code that knows a vendor: one folder for each."""
