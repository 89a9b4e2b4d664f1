import { a } from './main';
export function b(): string { return `b sees ${typeof a}`; }
