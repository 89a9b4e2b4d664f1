enum Colour { Red, Green = 5, Blue }
enum Word { Up = 'UP', Down = `${'DO'}WN` }
const enum Fast { A = 1 << 2, B = A | 1, C = 'x'.length }
enum Mixed { A, B = 'b' as any, C = Colour.Blue + 1 }
declare enum Elsewhere { X }
enum Colour { Grey = 9 }
console.log(Colour, Colour[5], Colour.Blue, Word, Fast.A, Fast.B, Mixed.C, Object.keys(Colour));
