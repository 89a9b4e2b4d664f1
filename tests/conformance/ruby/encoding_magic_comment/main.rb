# -*- coding: koi8-r -*-
p __ENCODING__, "Пр".encode("UTF-8")
