package main

import "fmt"

func try(action func()) {
	defer func() {
		fmt.Println("recovered:", recover())
	}()
	action()
}

func main() {
	var nothing map[string]int
	var pointer *struct{ x int }
	var any interface{} = "text"
	zero := len(nothing)
	try(func() { nothing["x"] = 1 })
	try(func() { fmt.Println(pointer.x) })
	try(func() { fmt.Println(1 / zero) })
	try(func() { fmt.Println(any.(int)) })
	try(func() { panic(fmt.Sprint("own ", 1)) })
}
