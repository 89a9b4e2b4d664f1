package main

import (
	"bufio"
	"fmt"
	"os"
)

func main() {
	var n, value, sum int
	reader := bufio.NewReader(os.Stdin)
	fmt.Fscan(reader, &n)
	for range n {
		fmt.Fscan(reader, &value)
		sum += value
	}
	fmt.Println(sum)
	reader.ReadString('\n')
	scanner := bufio.NewScanner(reader)
	for scanner.Scan() {
		fmt.Printf("%q\n", scanner.Text())
	}
	_, err := fmt.Scanln(&n)
	fmt.Println(err)
}
