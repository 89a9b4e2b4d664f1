import { x } from './other.js';
import { y } from './legacy.cjs';
console.log(x as number, y, typeof module, import.meta.url);
