// A little of everything that short programs do; the same in every language, byte for byte.
package main

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// Random is a linear congruential generator of 32 bits.
type Random struct{ state uint32 }

func (r *Random) below(limit int) int {
	r.state = r.state*1664525 + 1013904223
	return int(r.state>>16) % limit
}

type Shape interface {
	Name() string
	Area() int
}

type Rectangle struct{ width, height int }

func (r Rectangle) Name() string { return "rectangle" }
func (r Rectangle) Area() int    { return r.width * r.height }

type Circle struct{ radius int }

func (c Circle) Name() string { return "circle" }
func (c Circle) Area() int    { return 3 * c.radius * c.radius }

func primes(limit int) []int {
	composite := make([]bool, limit)
	var found []int
	for number := 2; number < limit; number++ {
		if composite[number] {
			continue
		}
		found = append(found, number)
		for multiple := number * number; multiple < limit; multiple += number {
			composite[multiple] = true
		}
	}
	return found
}

func matrix(random *Random, size int) [][]int {
	made := make([][]int, size)
	for i := range made {
		made[i] = make([]int, size)
		for j := range made[i] {
			made[i][j] = random.below(10)
		}
	}
	return made
}

func product(a, b [][]int) [][]int {
	made := make([][]int, len(a))
	for i, row := range a {
		made[i] = make([]int, len(b[0]))
		for j := range made[i] {
			for k, value := range row {
				made[i][j] += value * b[k][j]
			}
		}
	}
	return made
}

func text(random *Random, words int) string {
	var made strings.Builder
	for i := 0; i < words; i++ {
		if i > 0 {
			made.WriteByte(' ')
		}
		length := 1 + random.below(3)
		for j := 0; j < length; j++ {
			made.WriteByte("abcd"[random.below(4)])
		}
	}
	return made.String()
}

func distance(a, b string) int {
	previous := make([]int, len(b)+1)
	for j := range previous {
		previous[j] = j
	}
	for i := 1; i <= len(a); i++ {
		current := make([]int, len(b)+1)
		current[0] = i
		for j := 1; j <= len(b); j++ {
			replaced := previous[j-1]
			if a[i-1] != b[j-1] {
				replaced++
			}
			current[j] = min(previous[j]+1, current[j-1]+1, replaced)
		}
		previous = current
	}
	return previous[len(b)]
}

func counter(step int) func() int {
	count := 0
	return func() int {
		count += step
		return count
	}
}

func fib(n int) int {
	if n < 2 {
		return n
	}
	return fib(n-1) + fib(n-2)
}

func sum(numbers []int) (total int) {
	for _, number := range numbers {
		total += number
	}
	return total
}

func main() {
	var given []int
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		number, err := strconv.Atoi(lines.Text())
		if err != nil {
			panic(err)
		}
		given = append(given, number)
	}
	fmt.Println("sum", sum(given))
	random := &Random{42}
	found := primes(20000)
	fmt.Println("primes", len(found), "last", found[len(found)-1], "sum", sum(found))
	a := matrix(random, 24)
	b := matrix(random, 24)
	trace, checksum := 0, 0
	for i, row := range product(a, b) {
		trace += row[i]
		for _, value := range row {
			checksum = (checksum*31 + value) % 1000003
		}
	}
	fmt.Println("matrix trace", trace, "checksum", checksum)
	written := text(random, 1200)
	counts := map[string]int{}
	for _, word := range strings.Fields(written) {
		counts[word]++
	}
	fmt.Println("text", len(written), "distinct", len(counts))
	ranked := make([]string, 0, len(counts))
	for word := range counts {
		ranked = append(ranked, word)
	}
	sort.Slice(ranked, func(i, j int) bool {
		if counts[ranked[i]] != counts[ranked[j]] {
			return counts[ranked[i]] > counts[ranked[j]]
		}
		return ranked[i] < ranked[j]
	})
	for _, word := range ranked[:5] {
		fmt.Println("word", word, counts[word])
	}
	fmt.Println("distance", distance(written[:60], written[len(written)-60:]))
	var shapes []Shape
	for i := 1; i <= 30; i++ {
		if i%2 == 0 {
			shapes = append(shapes, Rectangle{i, i + 1})
		} else {
			shapes = append(shapes, Circle{i})
		}
	}
	for _, kind := range []string{"rectangle", "circle"} {
		var areas []int
		for _, shape := range shapes {
			if shape.Name() == kind {
				areas = append(areas, shape.Area())
			}
		}
		fmt.Println(kind, len(areas), sum(areas))
	}
	byThree, bySeven := counter(3), counter(7)
	for i := 0; i < 5; i++ {
		byThree()
	}
	fmt.Println("counters", byThree(), bySeven())
	var squares []string
	for i := 0; i < 20; i++ {
		squares = append(squares, strconv.Itoa(i*i))
	}
	reversed := []byte(strings.Join(squares, ","))
	slices.Reverse(reversed)
	fmt.Println("squares", string(reversed))
	fmt.Println("fib", fib(18))
}
