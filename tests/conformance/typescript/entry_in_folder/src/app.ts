import { lib } from '../lib';
console.log(lib as string, __filename, process.cwd());
throw new Error('here');
