p __FILE__, $0, DATA.path
raise "x"
__END__
