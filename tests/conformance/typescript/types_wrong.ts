const text: string = 5;
const missing: NoSuchType = { a: 1 };
console.log(text + 1, missing.b.c === undefined);
