import data from './data.json' with { type: 'json' };
import { createRequire } from 'node:module';
import * as ns from './other.js';
import cjs, { named } from './legacy.cjs';
console.log(data, ns, cjs, named, createRequire(import.meta.url)('./legacy.cjs') === cjs, process.mainModule);
