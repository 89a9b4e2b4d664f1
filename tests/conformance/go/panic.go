package main

import (
	"errors"
	"fmt"
)

func main() {
	defer fmt.Println("deferred")
	fmt.Println("before")
	panic(fmt.Errorf("wrapped: %w", errors.New("inner")))
}
