throw :nobody_catches
