import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { add } from './other.mjs';

await readFile(new URL(import.meta.url));

export async function main(console) {
  console.log(path.basename(import.meta.url), add(1, 2), await Promise.all([1, Promise.resolve(2)]));
}
