"""The files of `/docs`: a page of ours, and Swagger UI as it is published (see README.md)."""
