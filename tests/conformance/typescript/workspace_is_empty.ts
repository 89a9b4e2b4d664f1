import { readdirSync } from 'fs';

console.log(readdirSync('.', { recursive: true }), readdirSync('/tmp'), process.env.HOME);
