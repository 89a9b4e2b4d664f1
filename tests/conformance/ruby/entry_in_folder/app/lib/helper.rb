module Helper
  def self.fail = raise(KeyError, "in a helper")
end
