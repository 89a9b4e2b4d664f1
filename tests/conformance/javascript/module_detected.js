import { readFileSync } from 'node:fs';
console.log(import.meta.url, import.meta.filename, import.meta.dirname, typeof require, typeof module, this);
console.log(await Promise.resolve(readFileSync(import.meta.filename, 'utf8').length));
export {};
