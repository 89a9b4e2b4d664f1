#!/usr/bin/env ruby
# frozen_string_literal: true
p "a".frozen?, __LINE__, $., DATA.pos, DATA.lineno
raise "line 4"
__END__
