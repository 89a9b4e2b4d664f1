"""`hearth-admin`: tenants and keys from a terminal, over the admin API or with the database at hand."""
