package main

import "fmt"

type Привет struct{ Мир string }

func main() {
	fmt.Printf("%+v\n", Привет{"жар"})
	panic("здесь")
}
