"""One folder a runtime, and the builder that makes OCI images of them."""
