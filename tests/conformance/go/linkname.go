package main

import _ "unsafe"

//go:linkname nanotime runtime.nanotime
func nanotime() int64

//go:linkname forbidden runtime.gcStart
func forbidden()

func main() {
	println(nanotime() > 0)
	forbidden()
}
