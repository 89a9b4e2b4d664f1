import { readFileSync } from 'fs';
import { Counter, type Named } from './other';
import * as path from 'path';

enum Colour {
  Red = 1,
  Green,
}

namespace Things {
  export const one: Named = { name: 'one' };
}

class Twice extends Counter<number> {
  constructor(private readonly start: number) {
    super();
  }

  override next(): number {
    return this.start + 2 * super.next();
  }
}

export async function main(console: Console): Promise<void> {
  const twice = new Twice(1);
  console.log(`${twice.next()} ${Colour[Colour.Red]}`, Things.one, path.basename(__filename));
  try {
    readFileSync('/nonexistent');
  } catch (error: unknown) {
    console.error((error as Error).stack);
  }
  await Promise.all([1, Promise.resolve(2)]);
}
