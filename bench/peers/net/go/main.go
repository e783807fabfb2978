// The echo server on Go: a goroutine for each connection with a buffer of its own.
//
//	go-echo [port=0] [threads=1] [buf=16384] [handler=burn|hello|proxy|udp]
//
// handler=burn works for a millisecond at each request that begins with 'B'; handler=hello answers HTTP, with
// the state machine that the others have; handler=proxy passes on to target=PORT; handler=udp echoes datagrams.
// threads is GOMAXPROCS.
package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"
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

func burn() {
	for begin := time.Now(); time.Since(begin) < time.Millisecond; {
	}
}

func echoAndBurn(c net.Conn, _ int) {
	defer c.Close()
	var buf [1024]byte
	for {
		n, err := c.Read(buf[:])
		if err != nil {
			return
		}
		if buf[0] == 'B' {
			burn()
		}
		if _, err := c.Write(buf[:n]); err != nil {
			return
		}
	}
}

const answer = "HTTP/1.1 200 OK\r\nServer: bench\r\nContent-Type: text/plain\r\n" +
	"Content-Length: 13\r\nConnection: keep-alive\r\n\r\nHello, world\n"

func requests(bytes []byte, seen *int) int {
	const end = "\r\n\r\n"
	count, at := 0, *seen
	for _, b := range bytes {
		switch {
		case b == end[at]:
			at++
		case b == '\r':
			at = 1
		default:
			at = 0
		}
		if at == len(end) {
			count++
			at = 0
		}
	}
	*seen = at
	return count
}

func hello(c net.Conn, _ int) {
	defer c.Close()
	var buf [1024]byte
	one, seen := []byte(answer), 0
	for {
		n, err := c.Read(buf[:])
		if err != nil {
			return
		}
		out := one
		if count := requests(buf[:n], &seen); count != 1 {
			out = []byte(strings.Repeat(answer, count))
		}
		if _, err := c.Write(out); err != nil {
			return
		}
	}
}

func proxy(c net.Conn, _ int) {
	defer c.Close()
	other, err := net.Dial("tcp4", "127.0.0.1:"+strconv.Itoa(number("target", 0)))
	if err != nil {
		return
	}
	defer other.Close()
	done := make(chan bool)
	pass := func(to, from net.Conn) {
		io.Copy(to, from)
		to.(*net.TCPConn).CloseWrite()
		done <- true
	}
	go pass(other, c)
	go pass(c, other)
	<-done
	<-done
}

func echoDatagrams() {
	at := &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: number("port", 0)}
	conn, err := net.ListenUDP("udp4", at)
	check(err)
	fmt.Printf("port=%d\n", conn.LocalAddr().(*net.UDPAddr).Port)
	work := func() {
		var buf [2048]byte
		for {
			n, from, err := conn.ReadFromUDPAddrPort(buf[:])
			check(err)
			conn.WriteToUDPAddrPort(buf[:n], from)
		}
	}
	for i := 1; i < number("threads", 1); i++ {
		go work()
	}
	work()
}

var handler = echo

func main() {
	datagrams := false
	for _, a := range os.Args[1:] {
		switch a {
		case "handler=burn":
			handler = echoAndBurn
		case "handler=hello":
			handler = hello
		case "handler=proxy":
			handler = proxy
		case "handler=udp":
			datagrams = true
		}
	}
	runtime.GOMAXPROCS(number("threads", 1))
	if datagrams {
		echoDatagrams()
	}
	size := number("buf", 16384)
	l, err := net.Listen("tcp4", "127.0.0.1:"+strconv.Itoa(number("port", 0)))
	check(err)
	fmt.Printf("port=%d\n", l.Addr().(*net.TCPAddr).Port)
	for {
		c, err := l.Accept()
		check(err)
		go handler(c, size)
	}
}
