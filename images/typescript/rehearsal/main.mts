import { basename } from 'node:path';
import { Counter } from './other';

const counter: Counter<number> = await Promise.resolve(new Counter());

export async function main(console: Console): Promise<void> {
  console.log(basename(import.meta.url), counter.next());
}
