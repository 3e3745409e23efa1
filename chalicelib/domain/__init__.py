"""The bounded contexts; each knows the kernel only."""
