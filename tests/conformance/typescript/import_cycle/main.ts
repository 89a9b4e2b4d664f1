import { b } from './b';
export function a(): string { return 'a'; }
console.log(b());
