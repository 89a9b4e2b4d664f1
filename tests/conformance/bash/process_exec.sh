exec /bin/echo executed "$0"
echo never
