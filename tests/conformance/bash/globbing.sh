touch b.txt a.txt "с пробелом.txt" .hidden
echo *.txt
shopt -s dotglob nullglob globstar
mkdir -p d/e && touch d/e/f
echo * **/f *.none
