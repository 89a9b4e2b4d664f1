$stdin.binmode
bytes = []
while (byte = $stdin.getbyte)
  bytes << byte
end
p bytes
