package main

import (
	"fmt"

	"example.org/shapes/geometry"
	"example.org/shapes/internal/words"
)

func main() {
	fmt.Println(geometry.Square{Side: 3}.Area(), words.Greeting)
	geometry.Fail()
}
