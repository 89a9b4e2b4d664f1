import fs from 'node:fs';
let let = 1;
