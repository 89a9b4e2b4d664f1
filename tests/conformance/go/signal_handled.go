package main

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	seen := make(chan os.Signal, 1)
	signal.Notify(seen, syscall.SIGUSR1)
	syscall.Kill(os.Getpid(), syscall.SIGUSR1)
	fmt.Println(<-seen)
	syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}
