package main

import "fmt"

var table = fill()

func main() {
	fmt.Println(table, greeting("мир"))
	fail()
}
