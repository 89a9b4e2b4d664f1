interface Point { x: number; y?: number }
type Pair<A, B = A> = [first: A, second: B];
declare const nowhere: unique symbol;
type Keys = keyof Point; type Maybe<T> = T extends null | undefined ? never : T;
function area<T extends Point>(this: void, point: T, ...rest: Pair<number>): asserts point is T & Required<Point> { void rest; void point; }
function over(a: string): string; function over(a: number): number; function over(a: any) { return a; }
abstract class Shape { abstract area(): number; protected constructor(public readonly name: string, private side = 2) {} get size() { return this.side; } }
class Square extends Shape implements Point { declare y: number; x!: number; constructor() { super('square'); } override area() { return this.size ** 2; } }
const checked = { x: 1 } satisfies Point, cast = <unknown>checked as Point, sure = cast.x!;
console.log(new Square(), new Square().area(), over(1), over('a'), sure, (<T,>(value: T) => value)(3), typeof area);
let key: Keys = 'x'; let maybe: Maybe<string | null> = 'm'; console.log(key, maybe);
