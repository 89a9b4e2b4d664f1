events = []
t = TracePoint.new(:line, :call, :c_call) { |tp| events << [tp.event, tp.lineno, tp.method_id] }
t.enable { [1].first; "a".upcase }
p events
p RubyVM::InstructionSequence.of(proc { 1 }).path, method(:puts).owner, ObjectSpace.each_object(Class).include?(String)
