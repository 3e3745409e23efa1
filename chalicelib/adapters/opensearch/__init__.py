"""OpenSearch as the place of read models. Only modules in here know its client."""
