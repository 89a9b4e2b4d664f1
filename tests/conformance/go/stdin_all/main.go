package main

import (
	"fmt"
	"io"
	"os"
)

func main() {
	all, err := io.ReadAll(os.Stdin)
	fmt.Println(len(all), len([]rune(string(all))), err)
	os.Stdout.Write(all)
}
