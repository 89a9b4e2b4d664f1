export const x = 'mjs';
