echo $((7 / 2)) $((2 ** 62)) $((0x1f)) $((1 ? 2 : 3))
i=5; ((i++, i *= 2)); echo $i
for ((k = 0; k < 3; k++)); do printf "%d " $k; done; echo
echo "scale=5; 1/3" | bc
