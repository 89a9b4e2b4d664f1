import { x } from './broken';
console.log(x);
