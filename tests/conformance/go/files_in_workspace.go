package main

import (
	"fmt"
	"os"
	"strings"
)

func main() {
	source, _ := os.ReadFile("main.go")
	fmt.Println(strings.SplitN(string(source), "\n", 2)[0])
	os.WriteFile("made.txt", []byte("kept"), 0o644)
	os.Remove("main.go")
	entries, _ := os.ReadDir(".")
	for _, entry := range entries {
		fmt.Println(entry.Name())
	}
	fmt.Println(os.Getwd())
}
