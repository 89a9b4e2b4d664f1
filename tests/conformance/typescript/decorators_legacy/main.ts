const seen: string[] = [];
function note(...args: any[]): any { seen.push(`${typeof args[0]} ${String(args[1])} ${typeof args[2]}`); }
@note
class A { @note field = 1; @note method(@note parameter: string) { return parameter; } }
console.log(seen, new A().method('x'));
