// The echo server on Go: a goroutine for each connection with a buffer of its own.
//
//	go-echo [port=0] [threads=1] [buf=16384]
//
// threads is GOMAXPROCS.
package main

import (
	"fmt"
	"net"
	"os"
	"runtime"
	"strconv"
	"strings"
)

func number(key string, fallback int) int {
	for _, a := range os.Args[1:] {
		if strings.HasPrefix(a, key+"=") {
			v, err := strconv.Atoi(a[len(key)+1:])
			check(err)
			return v
		}
	}
	return fallback
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func echo(c net.Conn, size int) {
	defer c.Close()
	buf := make([]byte, size)
	for {
		n, err := c.Read(buf)
		if err != nil {
			return
		}
		if _, err := c.Write(buf[:n]); err != nil {
			return
		}
	}
}

func main() {
	runtime.GOMAXPROCS(number("threads", 1))
	size := number("buf", 16384)
	l, err := net.Listen("tcp4", "127.0.0.1:"+strconv.Itoa(number("port", 0)))
	check(err)
	fmt.Printf("port=%d\n", l.Addr().(*net.TCPAddr).Port)
	for {
		c, err := l.Accept()
		check(err)
		go echo(c, size)
	}
}
