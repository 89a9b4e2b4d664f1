import fs from 'fs';
console.log(fs.readFileSync(__filename, 'utf8'));
fs.unlinkSync(__filename);
console.log(fs.readdirSync('.') as string[]);
