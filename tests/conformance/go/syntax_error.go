package main

import "fmt"

func main() {
	fmt.Println("no paren"
	x := := 2
}
