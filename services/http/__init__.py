"""What every web process shares: problems, access, bodies, negotiation, OpenAPI, health."""
