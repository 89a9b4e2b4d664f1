package main

import "runtime"

func main() {
	_, file, _, _ := runtime.Caller(0)
	println(file)
}
