class Thing { constructor(private n: number) {} double() { return this.n * 2; } }
export = Thing;
