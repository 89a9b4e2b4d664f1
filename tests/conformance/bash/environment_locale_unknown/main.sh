echo ok "${#LANG}"
