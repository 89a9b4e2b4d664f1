class Account
  def balance = 1
end
Account.new.balanse
