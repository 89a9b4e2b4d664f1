package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	for _, argument := range os.Args[1:] {
		fmt.Printf("%q\n", argument)
	}
	number := flag.Int("n", 1, "a number")
	flag.Parse()
	fmt.Println(*number, flag.NArg())
}
