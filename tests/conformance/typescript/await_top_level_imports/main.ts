import { readFile } from 'node:fs/promises';
import def, { named, type T } from './lib';
import data from './data.json';
const text: T = await readFile(new URL('./data.json', import.meta.url), 'utf8');
for await (const part of [text, 'b']) console.log(part.trim());
console.log(def, named, data, import.meta.filename);
export {};
