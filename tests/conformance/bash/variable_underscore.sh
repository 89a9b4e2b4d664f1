echo "$_"
echo last argument > /dev/null
echo "$_"
/usr/bin/env | grep "^_="
