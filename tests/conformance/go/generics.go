package main

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"
)

type number interface{ ~int | ~float64 }

func sum[T number](values ...T) (total T) {
	for _, value := range values {
		total += value
	}
	return
}

type tree[K cmp.Ordered, V any] struct {
	left, right *tree[K, V]
	key         K
	value       V
}

func (t *tree[K, V]) insert(key K, value V) *tree[K, V] {
	switch {
	case t == nil:
		return &tree[K, V]{key: key, value: value}
	case key < t.key:
		t.left = t.left.insert(key, value)
	default:
		t.right = t.right.insert(key, value)
	}
	return t
}

func (t *tree[K, V]) all() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) { t.walk(yield) }
}

func (t *tree[K, V]) walk(yield func(K, V) bool) bool {
	return t == nil || t.left.walk(yield) && yield(t.key, t.value) && t.right.walk(yield)
}

type celsius float64

type set[T comparable] = map[T]struct{}

func main() {
	fmt.Println(sum(1, 2, 3), sum(celsius(1.5), 2))
	var words *tree[string, int]
	for i, word := range []string{"m", "c", "x", "a"} {
		words = words.insert(word, i)
	}
	for key, value := range words.all() {
		fmt.Print(key, value, " ")
	}
	fmt.Println(slices.Sorted(maps.Keys(set[int]{3: {}, 1: {}})))
}
