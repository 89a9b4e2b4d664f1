puts 1
def f
  if true
    puts 2
end
