function logged<This, Args extends any[], Result>(method: (this: This, ...args: Args) => Result, context: ClassMethodDecoratorContext) {
  return function (this: This, ...args: Args): Result { console.log('call', String(context.name), args); return method.call(this, ...args); };
}
function sealed(value: Function, context: ClassDecoratorContext) { console.log(context.kind, context.name); }
function twice(_: undefined, context: ClassFieldDecoratorContext) { return (initial: number) => initial * 2; }
@sealed
class Service { @twice n = 21; @logged add(a: number, b: number) { return a + b; } @logged static make() { return new Service(); } accessor z = 1; }
console.log(Service.make().add(1, 2), new Service().n, new Service().z, Service.name);
