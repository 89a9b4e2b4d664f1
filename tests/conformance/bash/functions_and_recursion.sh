fact() { (($1 <= 1)) && echo 1 || echo $(($1 * $(fact $(($1 - 1))))); }
fact 10
local x=1
f() { local x=inner; g; }; g() { echo "$x"; }; x=outer; f; g
declare -f f
