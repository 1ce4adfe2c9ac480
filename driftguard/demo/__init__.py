"""The whole story on an embedded cloud. Plays the outside world, so it alone starts servers, processes and SDKs."""
