package main

import "slices"

func main() {
	for i := range 3 {
		println(i, slices.Max([]int{i, 1}))
	}
}
