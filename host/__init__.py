"""What one machine needs to run Hearth: its checks, packages, and the services' start and stop."""
