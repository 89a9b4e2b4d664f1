package main

import "os"

func main() {
	var bytes [256]byte
	for i := range bytes {
		bytes[i] = byte(i)
	}
	os.Stdout.Write(bytes[:])
	os.Stderr.Write([]byte{255, 0, 254})
}
