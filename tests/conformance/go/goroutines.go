package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

func main() {
	var total atomic.Int64
	var group sync.WaitGroup
	results := make(chan int, 8)
	for i := range 8 {
		group.Add(1)
		go func() {
			defer group.Done()
			for range 1000 {
				total.Add(int64(i))
			}
			results <- i * i
		}()
	}
	group.Wait()
	close(results)
	sum := 0
	for n := range results {
		sum += n
	}
	fmt.Println(total.Load(), sum)

	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	select {
	case <-ctx.Done():
		fmt.Println(errors.Is(ctx.Err(), context.DeadlineExceeded))
	case <-time.After(time.Minute):
		fmt.Println("too late")
	}
}
