//go:build special

package main

func main() {
	println("built with a tag")
}
