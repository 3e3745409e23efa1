"""The read models on an OpenSearch node, with every fault that wire, node and consumer may have.

One seed is one run: what is written, and each actor's faults, are drawn from it. Threads are real,
so a seed is not one interleaving: a failing one may need several runs to fail again.
``python -m tests.integration.opensearch_faults --seed 123 --times 20`` runs it again.
"""
