// Package geometry knows shapes.
package geometry

// Square is one.
type Square struct{ Side int }

// Area of it.
func (s Square) Area() int { return s.Side * s.Side }

// Fail panics.
func Fail() { panic("in a package") }
