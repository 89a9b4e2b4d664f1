package main

import "os"

func main() {
	numbers := []int{1, 2, 3}
	println(numbers[len(os.Args)+5])
}
