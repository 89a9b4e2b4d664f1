import { deep } from './folder';
export type T = string;
export const named = deep;
export default 'default';
