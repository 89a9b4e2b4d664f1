"""Tests, from fast to whole: unit, integration, conformance, abuse, cluster."""
