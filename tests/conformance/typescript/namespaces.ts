namespace Outer {
  export const a = 1;
  let hidden = 2;
  export namespace Inner { export function f() { return a + hidden; } }
  export enum E { X = 'x' }
}
namespace Outer { export const b = a + 1; }
namespace TypesOnly { export interface I {} }
import Short = Outer.Inner;
function f() {} namespace f { export const attached = true; }
console.log(Outer, Short.f(), f.attached, typeof TypesOnly);
