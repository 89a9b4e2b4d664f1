puts "part #{__FILE__} #{__dir__}"
PART ||= 1
