import fs = require('node:fs');
const here: string = __filename;
console.log(here, fs.existsSync(here), require.main === module);
