package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"go/ast"
	"html/template"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"text/tabwriter"
	"time"
)

type record struct {
	Name  string `json:"name" xml:"name,attr"`
	Count int    `json:"count,omitempty"`
}

func main() {
	text, _ := json.Marshal([]record{{"one", 1}, {"two", 0}})
	fmt.Println(string(text))
	text, _ = xml.Marshal(record{"three", 3})
	fmt.Println(string(text))
	fmt.Printf("%x\n", sha256.Sum256([]byte("text")))
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	io.WriteString(writer, "text")
	writer.Close()
	fmt.Println(base64.StdEncoding.EncodeToString([]byte("жар")), packed.Len() > 0)
	fmt.Println(new(big.Int).Exp(big.NewInt(3), big.NewInt(100), nil))
	fmt.Println(regexp.MustCompile(`(\d+)-(\d+)`).ReplaceAllString("1-2 3-4", "$2-$1"))
	_, err := os.Open("nowhere")
	fmt.Println(errors.Is(err, os.ErrNotExist), err)
	_, err = strconv.Atoi("x")
	fmt.Println(err)
	parsed, _ := url.Parse("http://host/path?q=1#f")
	fmt.Println(parsed.Query()["q"], http.StatusText(404), ast.IsExported("A"))
	numbers := []int{3, 1, 2}
	sort.Ints(numbers)
	fmt.Println(numbers, slices.Contains(numbers, 2))
	template.Must(template.New("").Parse("<b>{{.}}</b>\n")).Execute(os.Stdout, "<i>")
	table := tabwriter.NewWriter(os.Stdout, 0, 8, 1, ' ', 0)
	fmt.Fprintln(table, "a\tb\nccc\td")
	table.Flush()
	fmt.Println(time.Duration(90) * time.Second)
}
