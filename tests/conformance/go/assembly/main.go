package main

func answer() int

func main() { println(answer()) }
