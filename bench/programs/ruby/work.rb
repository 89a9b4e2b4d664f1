# frozen_string_literal: true

# A little of everything that short programs do; the same in every language, byte for byte.

# A linear congruential generator of 32 bits.
class Generator
  def initialize(seed)
    @state = seed
  end

  def below(limit)
    @state = (@state * 1_664_525 + 1_013_904_223) & 0xffffffff
    (@state >> 16) % limit
  end
end

Rectangle = Struct.new(:width, :height) do
  def area = width * height
end

Circle = Struct.new(:radius) do
  def area = 3 * radius * radius
end

def primes(limit)
  sieve = Array.new(limit, true)
  (2...limit).select do |number|
    next false unless sieve[number]

    (number * number).step(limit - 1, number) { |multiple| sieve[multiple] = false }
    true
  end
end

def matrix(random, size)
  Array.new(size) { Array.new(size) { random.below(10) } }
end

def product(a, b)
  columns = b.transpose
  a.map { |row| columns.map { |column| row.zip(column).sum { |x, y| x * y } } }
end

def text(random, words)
  Array.new(words) do
    length = 1 + random.below(3)
    Array.new(length) { "abcd"[random.below(4)] }.join
  end.join(" ")
end

def distance(a, b)
  previous = (0..b.length).to_a
  a.each_char.with_index(1) do |x, i|
    current = [i]
    b.each_char.with_index(1) do |y, j|
      current << [previous[j] + 1, current[j - 1] + 1, previous[j - 1] + (x == y ? 0 : 1)].min
    end
    previous = current
  end
  previous.last
end

def counter(step)
  count = 0
  -> { count += step }
end

def fib(n)
  n < 2 ? n : fib(n - 1) + fib(n - 2)
end

puts "sum #{$stdin.each_line.sum(&:to_i)}"
random = Generator.new(42)
found = primes(20_000)
puts "primes #{found.length} last #{found.last} sum #{found.sum}"
c = product(matrix(random, 24), matrix(random, 24))
checksum = c.flatten.reduce(0) { |hash, value| (hash * 31 + value) % 1_000_003 }
puts "matrix trace #{(0...24).sum { |i| c[i][i] }} checksum #{checksum}"
written = text(random, 1200)
counts = written.split.tally
puts "text #{written.length} distinct #{counts.length}"
counts.sort_by { |word, count| [-count, word] }.first(5).each { |word, count| puts "word #{word} #{count}" }
puts "distance #{distance(written[0, 60], written[-60..])}"
shapes = (1..30).map { |i| i.even? ? Rectangle.new(i, i + 1) : Circle.new(i) }
[Rectangle, Circle].each do |kind|
  areas = shapes.grep(kind).map(&:area)
  puts "#{kind.name.downcase} #{areas.length} #{areas.sum}"
end
by_three = counter(3)
by_seven = counter(7)
5.times { by_three.call }
puts "counters #{by_three.call} #{by_seven.call}"
puts "squares #{(0...20).map { |i| i * i }.join(',').reverse}"
puts "fib #{fib(18)}"
