import { nope } from './other.mjs';
