package main

import "testing"

func TestGreeting(t *testing.T) { undeclared() }
