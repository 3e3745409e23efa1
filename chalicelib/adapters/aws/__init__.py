"""AWS behind the ports: DynamoDB, and the care that every client of it needs."""
