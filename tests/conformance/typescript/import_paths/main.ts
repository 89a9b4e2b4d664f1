import { greet } from '@lib/greet';
import { one } from 'numbers';
console.log(greet('x'), one);
