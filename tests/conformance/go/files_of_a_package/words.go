package main

import "strings"

func greeting(name string) string {
	return strings.ToUpper("hello, ") + name
}

func fail() {
	panic("from another file")
}
