# A little of everything that short programs do; the same in every language, byte for byte.
# Functions answer in REPLY: a subshell for each answer would be all that this measures.

state=42

# below LIMIT: a linear congruential generator of 32 bits.
below() {
    ((state = (state * 1664525 + 1013904223) & 0xffffffff, REPLY = (state >> 16) % $1))
}

# primes LIMIT: into the array `found`.
primes() {
    local limit=$1 number multiple
    local -a sieve
    found=()
    for ((number = 2; number < limit; number++)); do
        [[ ${sieve[number]} ]] && continue
        found+=("$number")
        for ((multiple = number * number; multiple < limit; multiple += number)); do
            sieve[multiple]=1
        done
    done
}

# fill NAME CELLS: an array of random digits.
fill() {
    local -n into=$1
    local i
    for ((i = 0; i < $2; i++)); do
        below 10
        into[i]=$REPLY
    done
}

# product SIZE: a and b, row by row, into c.
product() {
    local size=$1 i j k
    for ((i = 0; i < size; i++)); do
        for ((j = 0; j < size; j++)); do
            local total=0
            for ((k = 0; k < size; k++)); do
                ((total += a[i * size + k] * b[k * size + j]))
            done
            c[i * size + j]=$total
        done
    done
}

# text WORDS: into REPLY.
text() {
    local letters=(a b c d) words=$1 made='' i j length
    for ((i = 0; i < words; i++)); do
        below 3
        length=$((1 + REPLY))
        for ((j = 0; j < length; j++)); do
            below 4
            made+=${letters[REPLY]}
        done
        made+=' '
    done
    REPLY=${made% }
}

# distance A B: Levenshtein's, into REPLY.
distance() {
    local a=$1 b=$2 i j x least
    local -a previous current
    for ((j = 0; j <= ${#b}; j++)); do previous[j]=$j; done
    for ((i = 1; i <= ${#a}; i++)); do
        x=${a:i-1:1} current=("$i")
        for ((j = 1; j <= ${#b}; j++)); do
            ((least = previous[j - 1]))
            [[ $x == "${b:j-1:1}" ]] || ((least++))
            ((least = previous[j] + 1 < least ? previous[j] + 1 : least))
            ((current[j] = current[j - 1] + 1 < least ? current[j - 1] + 1 : least))
        done
        previous=("${current[@]}")
    done
    REPLY=${previous[${#b}]}
}

# counter NAME STEP: defines a function that advances a counter of its own.
counter() {
    eval "$1() { ((REPLY = $1_count += $2)); }"
}

fib() {
    if (($1 < 2)); then
        REPLY=$1
        return
    fi
    fib $(($1 - 1))
    local first=$REPLY
    fib $(($1 - 2))
    ((REPLY += first))
}

total=0
while read -r line; do ((total += line)); done
echo "sum $total"
primes 20000
total=0
for number in "${found[@]}"; do ((total += number)); done
echo "primes ${#found[@]} last ${found[-1]} sum $total"
fill a $((24 * 24))
fill b $((24 * 24))
product 24
trace=0 checksum=0
for ((i = 0; i < 24; i++)); do ((trace += c[i * 24 + i])); done
for value in "${c[@]}"; do ((checksum = (checksum * 31 + value) % 1000003)); done
echo "matrix trace $trace checksum $checksum"
text 1200
written=$REPLY
declare -A counts
for word in $written; do ((counts[$word]++)); done
echo "text ${#written} distinct ${#counts[@]}"
for word in "${!counts[@]}"; do echo "word $word ${counts[$word]}"; done | LC_ALL=C sort -k3,3nr -k2,2 | head -n 5
distance "${written:0:60}" "${written: -60}"
echo "distance $REPLY"
declare -A number_of area_of
for ((i = 1; i <= 30; i++)); do
    if ((i % 2 == 0)); then kind=rectangle area=$((i * (i + 1))); else kind=circle area=$((3 * i * i)); fi
    ((number_of[$kind]++, area_of[$kind] += area))
done
for kind in rectangle circle; do echo "$kind ${number_of[$kind]} ${area_of[$kind]}"; done
counter by_three 3
counter by_seven 7
for ((i = 0; i < 6; i++)); do by_three; done
three=$REPLY
by_seven
echo "counters $three $REPLY"
squares=''
for ((i = 0; i < 20; i++)); do squares+=$((i * i)),; done
squares=${squares%,} reversed=''
for ((i = ${#squares} - 1; i >= 0; i--)); do reversed+=${squares:i:1}; done
echo "squares $reversed"
fib 18
echo "fib $REPLY"
