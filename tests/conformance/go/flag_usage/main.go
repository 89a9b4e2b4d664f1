package main

import "flag"

func main() {
	flag.Int("n", 1, "a `number`")
	flag.Parse()
}
