import { old } from './old.js';
import { modern } from './modern.mjs';
console.log(old, modern);
