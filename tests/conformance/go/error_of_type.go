package main

import "fmt"

type shape interface{ area() float64 }

type square struct{}

func main() {
	var s shape = square{}
	var n int = "text"
	undeclared(n)
	fmt.Println(s)
	return 1
}
