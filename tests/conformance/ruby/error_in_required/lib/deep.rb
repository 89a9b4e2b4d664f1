module Deep
  def self.down(n)
    raise "bottom" if n.zero?

    down(n - 1)
  end
end
