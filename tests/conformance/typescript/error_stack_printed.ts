interface Unseen { a: 1 }
const where = (): string => new Error('trace').stack!;
console.log(where());
console.trace('here');
