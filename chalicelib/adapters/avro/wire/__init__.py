"""What travels: commits in the frames that consumers of each schema registry read."""
