"""The write side on DynamoDB Local, with every fault that the network and the service may have.

One seed is one run: what is asked, and each thread's faults, are drawn from it. Threads are real,
so a seed is not one interleaving: a failing one may need several runs to fail again.
``python -m tests.integration.dynamodb_faults --seed 123 --times 20`` runs it again.
"""
