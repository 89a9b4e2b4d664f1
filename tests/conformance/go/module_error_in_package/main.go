package main

import "example.org/broken/inner"

func main() { inner.Call() }
