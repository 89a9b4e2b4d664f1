package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

func main() {
	info, found := debug.ReadBuildInfo()
	fmt.Println(found)
	fmt.Print(info)
	_, file, line, _ := runtime.Caller(0)
	fmt.Println(file, line, runtime.Version(), runtime.GOOS, runtime.GOROOT())
}
