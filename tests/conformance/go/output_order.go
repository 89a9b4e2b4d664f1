package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Print("without a newline ")
	println("builtin goes to stderr")
	fmt.Fprintln(os.Stderr, "so does this")
	fmt.Println(os.Stdout.Name())
}
