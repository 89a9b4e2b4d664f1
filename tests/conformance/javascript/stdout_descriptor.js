const fs = require('fs');
fs.writeSync(1, 'direct\n');
console.log(fs.fstatSync(1).isFIFO(), fs.readdirSync('/proc/self/fd').length < 40);
