package main

import (
	"fmt"
	"os"
	"os/exec"
)

func main() {
	command := exec.Command("sh", "-c", "cat; echo to stderr >&2; exit 3")
	command.Stderr = os.Stderr
	out, err := command.Output()
	fmt.Printf("%q %v\n", out, err)
	fmt.Println(exec.Command("/nowhere").Run())
	fmt.Println(exec.Command("sh", "-c", "kill -9 $$").Run())
}
