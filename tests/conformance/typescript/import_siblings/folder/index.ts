export { deep as nested } from './deep.ts';
