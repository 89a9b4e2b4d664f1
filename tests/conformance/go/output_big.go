package main

import (
	"bufio"
	"fmt"
	"os"
)

func main() {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for i := range 60000 {
		fmt.Fprintln(out, "line", i, "of many")
	}
}
