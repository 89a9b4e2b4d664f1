export interface Named {
  name: string;
}

export class Counter<T extends number> {
  protected count = 0;

  next(): number {
    return ++this.count;
  }
}
