//go:build ignore

package main

func system() string { return "ignored" }
