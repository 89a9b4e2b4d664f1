package main

import (
	_ "embed"
	"fmt"
)

//go:embed data/text.txt
var text string

func main() {
	fmt.Print(text)
}
