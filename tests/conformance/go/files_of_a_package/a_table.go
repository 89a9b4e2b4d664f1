package main

func fill() map[string]int {
	return map[string]int{"one": 1, "two": 2}
}
