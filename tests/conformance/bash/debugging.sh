set -x
a=1
(echo "$a")
f() { echo "$1"; }
f x
PS4="+ $LINENO> "
echo y
set +x
set -v
echo z
