class A {
  readonly sum = 10;
  constructor(public a: number, protected readonly b = 2, private c?: string) { console.log(this.a, this.b, this.c); }
}
class B extends A { extra = this.a * 2; constructor() { super(3); } }
console.log(new B(), Object.keys(new A(1)));
