package main

import (
	"fmt"
	"os"
	"slices"
)

func main() {
	all := os.Environ()
	slices.Sort(all)
	for _, one := range all {
		fmt.Println(one)
	}
	_, found := os.LookupEnv("EMPTY")
	fmt.Println(found)
}
