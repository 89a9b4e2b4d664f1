class A { #p = 1; static s = 2; get g() { return 3; } }
const circular = { name: 'c', list: [1, , 3] }; circular.self = circular;
console.log(circular, new A(), A, [undefined, null, -0, 10n, NaN], new Map([[{}, new Set([1])]]), Symbol('x'), () => 1, new Error('e').message);
console.log([new Date(0), /r/g, new Uint8Array(3), Promise.resolve(4), new WeakMap(), new Proxy({}, {}), globalThis.process === process]);
console.log('%s %d %i %j %o %O %%', 'a', 1.5, 2.7, { a: 1 }, [1], { b: 2 });
