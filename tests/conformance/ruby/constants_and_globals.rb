puts Object.constants.sort - %i[Ractor], global_variables.sort, self.inspect, self.methods(false).sort.inspect
puts Object.private_instance_methods(false).sort.inspect, TOPLEVEL_BINDING.local_variables.inspect
x = 1
p binding.local_variables, __method__, caller, caller_locations(0).map(&:to_s)
