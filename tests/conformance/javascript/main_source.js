const fs = require('fs');
console.log(fs.readFileSync(__filename, 'utf8'));
fs.unlinkSync(__filename);
console.log(fs.readdirSync('.'), fs.existsSync(__filename));
