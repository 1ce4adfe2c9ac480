"""The whole story on three embedded clouds. Plays the outside world, so it alone starts servers, processes and SDKs."""
