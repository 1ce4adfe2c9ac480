"""A contract change here can't silently break a service there."""
