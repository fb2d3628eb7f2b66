"""How the server is, in Prometheus' words."""
