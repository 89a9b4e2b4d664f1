import pkg, { named } from 'pkg';
console.log(pkg, named);
