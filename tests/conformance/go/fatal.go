package main

import "log"

func main() {
	log.SetFlags(log.Lshortfile)
	log.Println("a line")
	log.Fatal("the last")
}
