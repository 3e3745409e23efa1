"""Bearer tokens (JWT): who asks is what a trusted issuer has signed."""
