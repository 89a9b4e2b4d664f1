v="Hello World"
echo "${v,,} ${v^^} ${v/o/0} ${v//o/0} ${v#* } ${v%% *} ${v:3:4} ${#v} ${v@Q}"
echo {1..5} {a,b}{1,2} ~ "${unset:-default}"
echo $'tab\there' "$(printf "%05.2f" 3.14159)"
