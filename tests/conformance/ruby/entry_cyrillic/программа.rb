p __FILE__, $0, $PROGRAM_NAME, __FILE__.encoding, __FILE__.valid_encoding?
раз = 1
puts "раз: #{раз}"
def ошибка = raise("беда")
ошибка
