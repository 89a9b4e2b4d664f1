package main

import (
	"fmt"
	"time"
)

func main() {
	fmt.Println(time.Unix(1700000000, 0))
	zone, err := time.LoadLocation("Europe/Berlin")
	fmt.Println(time.Unix(1700000000, 0).In(zone), err)
}
