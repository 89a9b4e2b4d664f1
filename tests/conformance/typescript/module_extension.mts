import fs from 'node:fs';
const here: string = import.meta.filename;
console.log(here, fs.existsSync(here), typeof require);
