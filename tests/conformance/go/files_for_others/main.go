package main

func main() {
	println(system())
}
