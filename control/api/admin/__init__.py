"""`/v1/admin`: tenants and keys for operators. A key with the scope `admin` may change all of them."""
