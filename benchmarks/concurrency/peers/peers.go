// The programs of this folder for Go: go build -o peers peers.go; ./peers ring. Actors are goroutines with a channel.
package main

import (
	"fmt"
	"os"
	"runtime"
	"sync"
	"time"
)

type message struct {
	to    chan message
	left  int
	reply chan int
}

// 100,000 goroutines, each waiting for the one before it.
func ring() any {
	first := make(chan int, 1)
	last := first
	for i := 0; i < 100000; i++ {
		next := make(chan int, 1)
		go func(from, to chan int) { to <- <-from + 1 }(last, next)
		last = next
	}
	time.Sleep(100 * time.Millisecond)
	first <- 0
	return <-last
}

// Two goroutines wake each other 1,000,000 times.
func exchange() any {
	a, b := make(chan int), make(chan int)
	end := make(chan int)
	go func() {
		n := 0
		for i := range a {
			n++
			b <- i
		}
		close(b)
		end <- n
	}()
	for i := 0; i < 1000000; i++ {
		a <- i
		<-b
	}
	close(a)
	return <-end
}

func sink(box chan message) {
	count := 0
	for m := range box {
		if m.reply != nil {
			m.reply <- count
		} else {
			count++
		}
	}
}

// 3,000,000 messages to one goroutine; its channel holds as many as a mailbox.
func oneWay() any {
	box := make(chan message, 10000)
	go sink(box)
	for n := 0; n < 3000000; n++ {
		box <- message{left: n}
	}
	reply := make(chan int)
	box <- message{reply: reply}
	return <-reply
}

// Two goroutines send a message to and fro.
func pingPong(turns int) any {
	end := make(chan bool)
	player := func(box chan message) {
		for m := range box {
			if m.left == 0 {
				end <- true
				return
			}
			m.to <- message{to: box, left: m.left - 1}
		}
	}
	a, b := make(chan message, 16), make(chan message, 16)
	go player(a)
	go player(b)
	a <- message{to: b, left: turns}
	<-end
	return "done"
}

// 1,000 goroutines send 1,000 messages each to one.
func fanIn() any {
	box := make(chan message, 10000)
	go sink(box)
	var all sync.WaitGroup
	for k := 0; k < 1000; k++ {
		all.Add(1)
		go func() {
			for i := 0; i < 1000; i++ {
				box <- message{left: i}
			}
			all.Done()
		}()
	}
	all.Wait()
	reply := make(chan int)
	box <- message{reply: reply}
	<-reply
	return "done"
}

// 500,000 requests, one after the other.
func requests() any {
	box := make(chan message)
	go func() {
		for m := range box {
			m.reply <- m.left + 1
		}
	}()
	n := 0
	reply := make(chan int)
	for n < 500000 {
		box <- message{left: n, reply: reply}
		n = <-reply
	}
	return n
}

// 1,000,000 goroutines that do nothing.
func idle() any {
	all := make([]chan message, 0)
	for i := 0; i < 1000000; i++ {
		box := make(chan message)
		go sink(box)
		all = append(all, box)
	}
	return len(all)
}

// 1,000,000 timers pending at once.
func timers() any {
	end := make(chan bool, 1000)
	for i := 0; i < 1000000; i++ {
		time.AfterFunc(time.Duration(100+i%100)*time.Millisecond, func() { end <- true })
	}
	for i := 0; i < 1000000; i++ {
		<-end
	}
	return 1000000
}

func isPrime(n int) bool {
	if n < 2 {
		return false
	}
	for d := 2; d*d <= n; d++ {
		if n%d == 0 {
			return false
		}
	}
	return true
}

// The primes below 4,000,000, in 64 parts.
func primes() any {
	counts := make(chan int)
	for i := 0; i < 64; i++ {
		go func(low int) {
			count := 0
			for n := low; n < low+62500; n++ {
				if isPrime(n) {
					count++
				}
			}
			counts <- count
		}(i * 62500)
	}
	total := 0
	for i := 0; i < 64; i++ {
		total += <-counts
	}
	return total
}

func main() {
	programs := map[string]func() any{
		"ring": ring, "exchange": exchange, "one_way": oneWay, "fan_in": fanIn, "requests": requests, "idle": idle, "timers": timers,
		"ping_pong":         func() any { return pingPong(1000000) },
		"workers_ping_pong": func() any { return pingPong(200000) },
		"workers_one_way":   oneWay,
		"workers_primes_1":  func() any { runtime.GOMAXPROCS(1); return primes() },
		"workers_primes_2":  primes,
	}
	fmt.Println(programs[os.Args[1]]())
}
