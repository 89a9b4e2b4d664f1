const React = { createElement: (name: string, props: object | null, ...children: unknown[]) => ({ name, props, children }) };
const id = <T,>(value: T): T => value;
console.log(JSON.stringify(<a href="x">{id<number>(1)} <b /></a>));
