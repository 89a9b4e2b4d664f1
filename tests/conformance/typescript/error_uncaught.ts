interface Wanted {
  a: number;
}

enum Kind { One }

function fail(wanted: Wanted, kind: Kind): never {
  throw new TypeError(`сообщение ${wanted.a} ${kind}`);
}

class Runner {
  constructor(private readonly n: number) {}
  run(): void { fail({ a: this.n }, Kind.One); }
}
new Runner(1).run();
